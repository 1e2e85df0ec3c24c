package io.penstock.internal.format.tfrecord;

import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.report.Excerpt;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects the features of the examples of a file: finds the column of a name, and hands it what
 * each record has.
 *
 * <p>What it owns: the names, at most {@value #MOST_FEATURES}. Allocates nothing per record.
 */
final class FeatureColumns implements ExampleVisitor {
  /** A file of more has features that are columns of a table, and few people read all of them. */
  static final int MOST_FEATURES = 1024;

  private static final int TABLE_SIZE = 4 * MOST_FEATURES;

  private final IndexBuilder found;
  private final MissingBudget budget = new MissingBudget();
  private final List<FeatureColumn> columns = new ArrayList<>();
  private final FeatureColumn[] table = new FeatureColumn[TABLE_SIZE];
  private final Set<String> featureLists = new LinkedHashSet<>();

  /** Features of the record at hand. */
  private final List<FeatureColumn> seen = new ArrayList<>();

  private FeatureColumn current;
  private long record;
  private boolean isTooMany;

  FeatureColumns(IndexBuilder found) {
    this.found = found;
  }

  void beginRecord(long index) {
    record = index;
    seen.clear();
  }

  /** All of the record was found to be an example. */
  void endRecord() {
    for (int i = 0; i < seen.size(); i++) {
      seen.get(i).endRecord();
    }
  }

  /** Whether no record has had any feature yet. */
  boolean isEmpty() {
    return columns.isEmpty() && featureLists.isEmpty() && !isTooMany;
  }

  List<FeatureColumn> columns() {
    return columns;
  }

  /** Names of the feature lists of sequence examples. */
  Set<String> featureLists() {
    return featureLists;
  }

  /** Whether there are more features than are looked at. */
  boolean isTooMany() {
    return isTooMany;
  }

  @Override
  public boolean feature(Wire wire, int nameBytes) {
    current = nameBytes == 0 ? null : find(wire, nameBytes);
    if (current == null) {
      return false;
    }
    if (current.begin(record)) {
      seen.add(current);
    }
    return true;
  }

  private FeatureColumn find(Wire wire, int nameBytes) {
    MemorySegment window = wire.need(nameBytes);
    long at = wire.offset();
    int hash = 0;
    for (int i = 0; i < nameBytes; i++) {
      hash = 31 * hash + window.get(Wire.BYTE, at + i);
    }
    int slot = (hash ^ hash >>> 12) & (TABLE_SIZE - 1);
    while (table[slot] != null) {
      if (isName(table[slot].nameBytes, window, at, nameBytes)) {
        return table[slot];
      }
      slot = (slot + 1) & (TABLE_SIZE - 1);
    }
    if (columns.size() == MOST_FEATURES) {
      isTooMany = true;
      return null;
    }
    byte[] bytes = window.asSlice(at, nameBytes).toArray(Wire.BYTE);
    String name = nameOrNull(bytes);
    if (name != null) {
      table[slot] = new FeatureColumn(bytes, name, found, budget);
      columns.add(table[slot]);
    }
    return table[slot];
  }

  private static boolean isName(byte[] name, MemorySegment window, long at, int bytes) {
    if (name.length != bytes) {
      return false;
    }
    for (int i = 0; i < bytes; i++) {
      if (name[i] != window.get(Wire.BYTE, at + i)) {
        return false;
      }
    }
    return true;
  }

  /** Null if it is no text, or has characters that do not show: then nobody can type it. */
  private static String nameOrNull(byte[] bytes) {
    try {
      String name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return name.codePoints().allMatch(Excerpt::isVisible) ? name : null;
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  @Override
  public void list(FeatureKind kind) {
    current.now().list(kind);
  }

  @Override
  public void bytes(Wire wire, long bytes) {
    current.now().add(wire.position(), 1, bytes);
  }

  @Override
  public void floats(Wire wire, long count) {
    FeatureValues now = current.now();
    now.add(wire.position(), count, count * Float.BYTES);
    for (long i = 0; i < count && now.keepsMore(Float.BYTES); i++) {
      now.keep(wire.fixed32(Long.MAX_VALUE));
    }
  }

  @Override
  public void singleFloat(Wire wire, int bits) {
    current.now().add(wire.position(), 1, Float.BYTES);
    current.now().keep(bits);
  }

  @Override
  public void ints(Wire wire, long end) {
    FeatureValues now = current.now();
    long kept = 0;
    for (; wire.position() < end && now.keepsMore(Long.BYTES); kept++) {
      now.keep(wire.varint(end));
    }
    now.addInts(kept + wire.countVarints(end));
  }

  @Override
  public void singleInt(long value) {
    current.now().keep(value);
    current.now().addInts(1);
  }

  @Override
  public void featureList(Wire wire, int nameBytes) {
    if (featureLists.size() < MOST_FEATURES) {
      byte[] bytes = wire.need(nameBytes).asSlice(wire.offset(), nameBytes).toArray(Wire.BYTE);
      String name = nameOrNull(bytes);
      if (name != null && !name.isEmpty()) {
        featureLists.add(name);
      }
    } else {
      isTooMany = true;
    }
  }
}

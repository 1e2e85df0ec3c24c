package io.penstock.internal.format.tfrecord;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Decodes some features of one example after another into memory.
 *
 * <p>What it owns: whether an example has what is wanted of it. Allocates nothing per record; used
 * by one thread. What is wrong with a record is an IllegalArgumentException or a {@link
 * WireException}.
 */
public final class ExampleDecoder implements ExampleVisitor {
  /**
   * A feature that is decoded.
   *
   * @param name of the feature
   * @param kind of its values
   * @param least how many values it must have, or bytes in its only value
   * @param most how many it may have
   * @param isOptional whether it may be missing; then it has no values
   */
  public record Wanted(String name, FeatureKind kind, long least, long most, boolean isOptional) {}

  /** What comes of one feature. */
  private static final class Target {
    final Wanted wanted;
    final MemorySegment name;
    MemorySegment memory = MemorySegment.NULL;
    long offset;
    long room;
    FeatureKind kind;

    /** Values that came, those without room among them; of bytes, the size of the last one. */
    long count;

    /** Values of bytes. */
    long pieces;

    Target(Wanted wanted) {
      this.wanted = wanted;
      this.name = MemorySegment.ofArray(wanted.name.getBytes(StandardCharsets.UTF_8));
    }

    void clear() {
      kind = null;
      count = 0;
      pieces = 0;
    }
  }

  private final Target[] targets;
  private final ExampleParser parser = new ExampleParser(this);
  private Target current;

  public ExampleDecoder(List<Wanted> features) {
    targets = features.stream().map(Target::new).toArray(Target[]::new);
    current = targets[0];
  }

  /**
   * Says where a feature goes, until this is said again.
   *
   * @param feature its number
   * @param memory with room for the values, int64 and floats little-endian, or for the bytes
   * @param offset of the first
   */
  public void put(int feature, MemorySegment memory, long offset) {
    Target target = targets[feature];
    target.memory = memory;
    target.offset = offset;
    long room = (memory.byteSize() - offset) / valueBytes(target.wanted.kind);
    target.room = Math.min(target.wanted.most, room);
  }

  private static int valueBytes(FeatureKind kind) {
    return switch (kind) {
      case BYTES -> 1;
      case FLOATS -> Float.BYTES;
      case INTS -> Long.BYTES;
    };
  }

  /**
   * Decodes an example.
   *
   * @param wire at its beginning
   * @param end where it ends
   */
  public void decode(Wire wire, long end) {
    for (Target target : targets) {
      target.clear();
    }
    parser.parse(wire, end);
    for (Target target : targets) {
      check(target);
    }
  }

  /** How many values of a feature were decoded, or bytes of its only value. */
  public long count(int feature) {
    return targets[feature].count;
  }

  private static void check(Target target) {
    Wanted wanted = target.wanted;
    if (isMissing(target)) {
      if (!wanted.isOptional) {
        throw new IllegalArgumentException(
            "feature '%s' must be in each record, is missing".formatted(wanted.name));
      }
      target.clear();
      return;
    }
    if (target.kind != wanted.kind) {
      throw new IllegalArgumentException(
          "feature '%s' must have %s, has %s"
              .formatted(wanted.name, wanted.kind.words(), target.kind.words()));
    }
    if (target.pieces > 1) {
      throw new IllegalArgumentException(
          "feature '%s' must have one value of bytes, has %d"
              .formatted(wanted.name, target.pieces));
    }
    if (target.count < wanted.least || target.count > target.room) {
      throw new IllegalArgumentException(
          "feature '%s' must have %s %s, has %d"
              .formatted(
                  wanted.name,
                  wanted.least == wanted.most ? wanted.least : "at most " + target.room,
                  wanted.kind.words(),
                  target.count));
    }
  }

  /** An empty list of bytes, or of another kind than wanted, is as good as none. */
  private static boolean isMissing(Target target) {
    boolean isEmpty = target.count == 0 && target.pieces == 0;
    boolean isEmptyRecord = target.kind == target.wanted.kind && target.kind != FeatureKind.BYTES;
    return target.kind == null || (isEmpty && !isEmptyRecord);
  }

  @Override
  public boolean feature(Wire wire, int nameBytes) {
    MemorySegment window = wire.need(nameBytes);
    long at = wire.offset();
    for (Target target : targets) {
      MemorySegment name = target.name;
      if (name.byteSize() == nameBytes
          && MemorySegment.mismatch(window, at, at + nameBytes, name, 0, nameBytes) < 0) {
        target.clear();
        current = target;
        return true;
      }
    }
    return false;
  }

  @Override
  public void list(FeatureKind kind) {
    if (current.kind != kind) {
      current.clear();
      current.kind = kind;
    }
  }

  private boolean isWanted() {
    return current.kind == current.wanted.kind;
  }

  /** Where the next value goes. */
  private long next(int valueBytes) {
    return current.offset + current.count * valueBytes;
  }

  @Override
  public void bytes(Wire wire, long bytes) {
    current.pieces++;
    current.count = bytes;
    if (isWanted() && bytes <= current.room) {
      wire.copy(bytes, current.memory, current.offset);
    }
  }

  @Override
  public void floats(Wire wire, long count) {
    if (isWanted() && count <= current.room - current.count) {
      wire.copy(count * Float.BYTES, current.memory, next(Float.BYTES));
    }
    current.count += count;
  }

  @Override
  public void singleFloat(Wire wire, int bits) {
    if (isWanted() && current.count < current.room) {
      current.memory.set(Wire.INT, next(Float.BYTES), bits);
    }
    current.count++;
  }

  @Override
  public void ints(Wire wire, long end) {
    if (isWanted() && current.count < current.room) {
      long left = current.room - current.count;
      current.count += wire.varints(end, current.memory, next(Long.BYTES), left);
    }
    current.count += wire.countVarints(end);
  }

  @Override
  public void singleInt(long value) {
    if (isWanted() && current.count < current.room) {
      current.memory.set(Wire.LONG, next(Long.BYTES), value);
    }
    current.count++;
  }

  @Override
  public void featureList(Wire wire, int nameBytes) {}
}

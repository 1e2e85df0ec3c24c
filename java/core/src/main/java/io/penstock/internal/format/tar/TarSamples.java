package io.penstock.internal.format.tar;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.IndexedContents;
import io.penstock.internal.index.ScanInput;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Joins members to samples, as WebDataset does: neighbours with one key are a sample, and each
 * ending is a column.
 *
 * <p>What it owns: the columns, and which of them the sample at hand has. Two members of a sample
 * with one ending are an error, in WebDataset, too. A key that comes again later is an error here:
 * either the members of a sample are scattered, or two samples have one name.
 */
final class TarSamples {
  /** The names of the samples. */
  static final String KEYS = "__key__";

  /**
   * More are names that were not meant so, such as {@code 2024.05.31.jpg}. Each sample costs an
   * entry in each column.
   */
  private static final int MOST_COLUMNS = 128;

  private final ScanInput in;
  private final IndexBuilder found;
  private final IndexBuilder.Texts keys;
  private final SampleKeys seen = new SampleKeys();
  private final List<Ending> endings = new ArrayList<>();
  private final Map<String, Ending> byName = new HashMap<>();

  /** Of the sample at hand; none before the first. */
  private byte[] key = {};

  private int keyLength = -1;
  private long count;

  /** The ending that is expected next, as samples are alike. */
  private int expected;

  /** A column. */
  private static final class Ending {
    final String name;
    final IndexBuilder.FoundPlaces places;

    /** As it was written last, in upper or lower case. */
    byte[] written;

    /** The number of the last sample that has it, from 1 on. */
    long sample;

    long offset;
    long bytes;

    Ending(String name, byte[] written, IndexBuilder.FoundPlaces places) {
      this.name = name;
      this.written = written;
      this.places = places;
    }
  }

  TarSamples(ScanInput in, IndexBuilder found) {
    this.in = in;
    this.found = found;
    this.keys = found.texts(KEYS);
  }

  /** Samples so far, the one at hand among them. */
  long count() {
    return count;
  }

  /**
   * Adds a member.
   *
   * @param dot where its key ends, {@link MemberName#dot}
   * @throws PenstockException if it does not fit
   */
  void add(TarMembers member, int dot) {
    byte[] name = member.name();
    if (dot != keyLength || !Arrays.equals(name, 0, dot, key, 0, dot)) {
      begin(member, dot);
    }
    Ending ending = ending(member, dot + 1);
    if (ending.sample == count) {
      throw in.file()
          .problemAt(
              member.headerOffset(),
              ("expected one .%s in sample '%s', found two, the second at byte %d: give each sample"
                      + " a name of its own")
                  .formatted(
                      Excerpt.of(ending.name, 0),
                      keyText(),
                      in.file().position(member.headerOffset())));
    }
    ending.sample = count;
    ending.offset = member.dataOffset();
    ending.bytes = member.sizeBytes();
  }

  /** Ends the last sample. A column that is the only one is what the plain path stands for. */
  void end() {
    finish();
    found.fact(IndexedContents.NAMES, KEYS);
    if (endings.size() == 1) {
      found.fact(IndexedContents.PLAIN, endings.getFirst().name);
    }
  }

  private void begin(TarMembers member, int dot) {
    finish();
    if (key.length < dot) {
      key = new byte[dot];
    }
    System.arraycopy(member.name(), 0, key, 0, dot);
    keyLength = dot;
    if (!seen.add(key, dot)) {
      throw in.file()
          .problemAt(
              member.headerOffset(),
              ("expected the members of sample '%s' one after another, found another one at byte"
                      + " %d, behind other samples: pack them with tar --sort=name, and give each"
                      + " sample a name of its own")
                  .formatted(keyText(), in.file().position(member.headerOffset())));
    }
    count++;
    expected = 0;
  }

  private void finish() {
    if (count == 0) {
      return;
    }
    keys.add(Arrays.copyOf(key, keyLength));
    for (Ending ending : endings) {
      if (ending.sample == count) {
        ending.places.add(ending.offset, ending.bytes);
      } else {
        ending.places.addMissing();
      }
    }
  }

  private Ending ending(TarMembers member, int from) {
    byte[] name = member.name();
    int to = member.nameLength();
    for (int tries = 0; tries < endings.size(); tries++) {
      Ending next = endings.get(expected);
      expected = expected + 1 == endings.size() ? 0 : expected + 1;
      if (Arrays.equals(name, from, to, next.written, 0, next.written.length)) {
        return next;
      }
    }
    byte[] written = Arrays.copyOfRange(name, from, to);
    String text = lowerCase(written);
    Ending known = byName.get(text);
    if (known == null) {
      return begin(member, text, written);
    }
    known.written = written;
    return known;
  }

  private Ending begin(TarMembers member, String name, byte[] written) {
    if (endings.size() == MOST_COLUMNS || name.equals(KEYS)) {
      throw in.file()
          .problemAt(
              member.headerOffset(),
              ("expected names of members such as KEY.jpg, with at most %d different endings, found"
                      + " '%s', whose ending is .%s: an ending begins at the first dot; rename the"
                      + " files, and pack them again")
                  .formatted(MOST_COLUMNS, member.nameText(), Excerpt.of(name, 0)));
    }
    Ending ending = new Ending(name, written, found.places(name, ElementType.UINT8));
    for (long before = 1; before < count; before++) {
      ending.places.addMissing();
    }
    endings.add(ending);
    byName.put(name, ending);
    expected = 0;
    return ending;
  }

  private static String lowerCase(byte[] written) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(written)).toString();
    } catch (CharacterCodingException _) {
      text = new String(written, StandardCharsets.ISO_8859_1);
    }
    return Excerpt.name(text.toLowerCase(Locale.ROOT));
  }

  private String keyText() {
    return Excerpt.of(new String(key, 0, keyLength, StandardCharsets.UTF_8), 0);
  }
}

package io.penstock.internal.format.mds;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.JsonCursor;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.UniqueNames;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a raw shard says of itself: the number of its samples, where they begin, and their columns.
 *
 * <p>A shard is a uint32 count, uint32 offsets of all samples and of their end, a configuration in
 * JSON, and the samples, all little-endian. There is no magic number: a shard is recognised by the
 * first offset, which must be where the configuration ends.
 *
 * @param sampleCount number of samples
 * @param samplesAt where the first sample begins
 * @param columns in the order in which samples have them
 */
record MdsHeader(long sampleCount, long samplesAt, List<MdsColumn> columns) {
  /** Where the offsets of the samples begin. */
  static final int OFFSETS_AT = 4;

  /** The count, and the first offset. */
  static final int LEAST_START_BYTES = 8;

  /** Longer than this is no configuration: that of 1,000 columns has some 50 kB. */
  static final int MAX_CONFIGURATION_BYTES = 1 << 20;

  private static final int MAX_COLUMNS = 1024;
  private static final String ENCODINGS = "column_encodings";
  private static final String NAMES = "column_names";
  private static final String SIZES = "column_sizes";

  private static final long UNSIGNED = 0xffff_ffffL;

  /** Whether a file that starts with these bytes is a shard whose header is whole. */
  static boolean isOne(byte[] start, OpenFile file) {
    if (start.length < LEAST_START_BYTES) {
      return false;
    }
    ByteBuffer words = ZipDirectory.little(start);
    long configurationAt = configurationAt(words.getInt(0) & UNSIGNED);
    long samplesAt = words.getInt(OFFSETS_AT) & UNSIGNED;
    long bytes = samplesAt - configurationAt;
    if (bytes < 2 || bytes > MAX_CONFIGURATION_BYTES || samplesAt > file.sizeBytes()) {
      return false;
    }
    byte[] text = file.read(configurationAt, (int) bytes, "the configuration of its samples");
    return text[0] == '{'
        && text[text.length - 1] == '}'
        && new String(text, StandardCharsets.ISO_8859_1).contains('"' + ENCODINGS + '"');
  }

  /**
   * Reads the header of a shard.
   *
   * @throws PenstockException if it is not valid
   */
  static MdsHeader read(OpenFile file) {
    ByteBuffer words =
        ZipDirectory.little(file.read(0, LEAST_START_BYTES, "the number of its samples"));
    long count = words.getInt(0) & UNSIGNED;
    long samplesAt = words.getInt(OFFSETS_AT) & UNSIGNED;
    long configurationAt = configurationAt(count);
    file.checkHas(configurationAt, Math.max(0, samplesAt - configurationAt), "its configuration");
    try {
      return new MdsHeader(count, samplesAt, columns(file, configurationAt, samplesAt));
    } catch (IllegalArgumentException e) {
      throw file.problem(
          "not a valid MDS shard: configuration: " + e.getMessage() + ": make or copy it again", e);
    }
  }

  /** Bytes of the sizes before the values of a sample: one for each column without a fixed size. */
  int sizesBytes() {
    return 4 * (int) columns.stream().filter(MdsColumn::isVariable).count();
  }

  /** Bytes that each sample has at least. */
  long leastSampleBytes() {
    return sizesBytes()
        + columns.stream().filter(c -> !c.isVariable()).mapToLong(MdsColumn::bytes).sum();
  }

  /** Names of the parts, in the order of the columns: what is invisible is escaped. */
  List<String> partNames() {
    UniqueNames taken = new UniqueNames();
    return columns.stream().map(column -> taken.take(Excerpt.name(column.name()))).toList();
  }

  private static long configurationAt(long count) {
    return OFFSETS_AT + 4 * (count + 1);
  }

  private static List<MdsColumn> columns(OpenFile file, long from, long to) {
    JsonCursor json = new JsonCursor(file, from, to, List.of());
    List<String> names = null;
    List<String> encodings = null;
    List<Long> sizes = null;
    json.take('{');
    while (json.next() != '}') {
      String key = json.string();
      json.take(':');
      if (key.equals(NAMES) && names == null) {
        names = strings(json);
      } else if (key.equals(ENCODINGS) && encodings == null) {
        encodings = strings(json);
      } else if (key.equals(SIZES) && sizes == null) {
        sizes = sizes(json);
      } else {
        json.skipValue();
      }
      json.separate('}');
    }
    json.take('}');
    if (names == null
        || encodings == null
        || sizes == null
        || names.isEmpty()
        || names.size() != encodings.size()
        || names.size() != sizes.size()) {
      throw new IllegalArgumentException(
          "expected names, encodings and sizes of at least one column, as many of each, found "
              + "%s, %s and %s".formatted(count(names), count(encodings), count(sizes)));
    }
    List<MdsColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      columns.add(MdsColumn.of(names.get(i), encodings.get(i), sizes.get(i)));
    }
    return List.copyOf(columns);
  }

  private static String count(List<?> list) {
    return list == null ? "none" : String.valueOf(list.size());
  }

  private static List<String> strings(JsonCursor json) {
    List<String> strings = new ArrayList<>();
    json.take('[');
    while (json.next() != ']') {
      checkRoom(json, strings);
      strings.add(json.string());
      json.separate(']');
    }
    json.take(']');
    return strings;
  }

  private static List<Long> sizes(JsonCursor json) {
    List<Long> sizes = new ArrayList<>();
    json.take('[');
    while (json.next() != ']') {
      checkRoom(json, sizes);
      sizes.add(json.isNull() ? MdsColumn.VARIABLE : json.number());
      json.separate(']');
    }
    json.take(']');
    return sizes;
  }

  private static void checkRoom(JsonCursor json, List<?> list) {
    if (list.size() == MAX_COLUMNS) {
      throw json.expected("at most " + MAX_COLUMNS + " columns");
    }
  }
}

package io.penstock.internal.format.tar;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a pax header says about the member behind it: lines of a length, a key and a value.
 *
 * <p>Kept is what says where the bytes of a member are, and its name: {@code path}, {@code size},
 * {@code linkpath}, and that it is sparse. Owners, times and attributes are passed over.
 */
final class PaxRecords {
  private static final String SPARSE = "GNU.sparse.";

  /** More digits than any line has, as a header has less than 10 MB. */
  private static final int MOST_DIGITS = 7;

  /** Null if the header does not say. */
  byte[] path;

  byte[] linkPath;
  byte[] sparseName;

  /** Negative if the header does not say. */
  long size = -1;

  boolean isSparse;

  /**
   * Adds the records of a header; of two with one key, the later one counts.
   *
   * @throws IllegalArgumentException if it is malformed: a message to be read after "found"
   */
  void add(ByteBuffer records) {
    while (records.hasRemaining()) {
      int start = records.position();
      int length = length(records);
      if (length > records.limit() - start || length < records.position() - start + 2) {
        throw new IllegalArgumentException("a record that does not fit into it");
      }
      byte[] line = new byte[start + length - records.position()];
      records.get(line);
      int sign = indexOf(line, '=');
      if (sign < 1 || line[line.length - 1] != '\n') {
        throw new IllegalArgumentException("a record without a key or an end");
      }
      String key = new String(line, 0, sign, StandardCharsets.UTF_8);
      put(key, Arrays.copyOfRange(line, sign + 1, line.length - 1));
    }
  }

  /** Whether any of this says something about names or places. */
  boolean isAboutMembers() {
    return path != null || linkPath != null || sparseName != null || size >= 0 || isSparse;
  }

  private void put(String key, byte[] value) {
    switch (key) {
      case "path" -> path = value;
      case "linkpath" -> linkPath = value;
      case "size" -> size = number(value);
      case SPARSE + "name" -> {
        isSparse = true;
        sparseName = value;
      }
      default -> isSparse |= key.startsWith(SPARSE);
    }
  }

  /** The decimal number and the blank at the beginning of a line; moves behind them. */
  private static int length(ByteBuffer records) {
    int length = 0;
    for (int digits = 0; digits <= MOST_DIGITS && records.hasRemaining(); digits++) {
      byte next = records.get();
      if (next == ' ' && digits > 0) {
        return length;
      }
      if (next < '0' || next > '9') {
        break;
      }
      length = 10 * length + next - '0';
    }
    throw new IllegalArgumentException("a record without a length");
  }

  private static long number(byte[] value) {
    String text = new String(value, StandardCharsets.ISO_8859_1);
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("a size that is no number");
    }
    return Long.parseLong(text);
  }

  private static int indexOf(byte[] line, char wanted) {
    for (int i = 0; i < line.length; i++) {
      if (line[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}

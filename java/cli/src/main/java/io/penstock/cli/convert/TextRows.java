package io.penstock.cli.convert;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;

/**
 * Cuts text into rows of fields by the rules of {@code numpy.loadtxt} with a quote character.
 *
 * <p>It knows nothing of numbers. A row ends at a line feed, a carriage return or both. {@code #}
 * begins a comment, anywhere outside quotes. A field that begins with a quote is quoted: it may
 * hold delimiters, comments, line ends and, doubled, quotes. A row without fields is passed over.
 * With {@link #BLANKS} as the delimiter any run of blanks separates fields, and blanks at either
 * end of a line mean nothing; any other delimiter ends a field each time, and blanks are part of
 * the fields.
 *
 * <p>Memory is bounded by the longest field, not by the row. A CSV library does not fit: they know
 * neither runs of blanks nor comments behind numbers, and FastCSV, for one, stops at 16,384 fields.
 */
final class TextRows implements Closeable {
  /** Stands for runs of blanks where a delimiter is asked for. */
  static final char BLANKS = '\0';

  static final char QUOTE = '"';
  static final char COMMENT = '#';

  /** Far more than any number has; an unclosed quote gets here. */
  private static final int MAX_FIELD_CHARACTERS = 16 << 20;

  private static final int BUFFER_CHARACTERS = 128 << 10;
  private static final int ASCII = 128;

  private final Reader text;
  private final char delimiter;

  /** Whether an ASCII character ends a field. */
  private final boolean[] isEnd = new boolean[ASCII];

  private char[] buffer = new char[BUFFER_CHARACTERS];
  private int position;
  private int limit;
  private boolean isAtEnd;

  /** Contents of a quoted field. */
  private char[] quoted = new char[64];

  private int quotedLength;
  private long line = 1;
  private long rowLine = 1;

  /** Takes the fields of a row, one after the other. */
  @FunctionalInterface
  interface Fields {
    /** A field is the characters of an array from one place to another, until the call returns. */
    void add(char[] characters, int from, int to);
  }

  /**
   * Reads text.
   *
   * @param text closed with this
   * @param delimiter what separates fields, or {@link #BLANKS}
   */
  TextRows(Reader text, char delimiter) {
    this.text = text;
    this.delimiter = delimiter;
    for (char c = 0; c < ASCII; c++) {
      isEnd[c] = isLineEnd(c) || c == COMMENT || isDelimiter(c);
    }
  }

  /** Whether Python calls it white space. */
  static boolean isBlank(char c) {
    if (c < ASCII) {
      return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
    }
    return c == 0x85 || Character.isSpaceChar(c);
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }

  /** Whether a character has another meaning and cannot be a delimiter. */
  static boolean isReserved(char c) {
    return isLineEnd(c) || c == COMMENT || c == QUOTE;
  }

  private boolean isDelimiter(char c) {
    return delimiter == BLANKS ? isBlank(c) && !isLineEnd(c) : c == delimiter;
  }

  /** Number of the line that the last row begins on, from 1. */
  long rowLine() {
    return rowLine;
  }

  /** Passes over lines, whatever is in them. */
  void skipLines(long count) throws IOException {
    for (long i = 0; i < count && has(); i++) {
      endLine();
    }
  }

  /**
   * Reads the next row that has fields.
   *
   * @return whether there was one
   * @throws IOException if the text cannot be read
   * @throws NumberFormatException if a field is too long for a number; the message is for the user
   */
  boolean next(Fields fields) throws IOException {
    while (has()) {
      rowLine = line;
      if (readRow(fields)) {
        return true;
      }
    }
    return false;
  }

  private boolean readRow(Fields fields) throws IOException {
    boolean isEmpty = true;
    while (true) {
      skipBlanks();
      boolean isQuoted = has() && buffer[position] == QUOTE;
      if (isQuoted) {
        readQuoted();
      }
      int start = scan();
      boolean isLast = position == limit || !isDelimiter(buffer[position]);
      if (isQuoted) {
        // What stands behind the closing quote belongs to the field.
        append(start, position);
        fields.add(quoted, 0, quotedLength);
        isEmpty = false;
      } else if (position > start || !isLast || !(isEmpty || delimiter == BLANKS)) {
        fields.add(buffer, start, position);
        isEmpty = false;
      }
      if (isLast) {
        endLine();
        return !isEmpty;
      }
      position++;
    }
  }

  private void skipBlanks() throws IOException {
    while (delimiter == BLANKS && has() && isDelimiter(buffer[position])) {
      position++;
    }
  }

  /** Moves to the end of the field; returns where it starts, since the buffer may have moved. */
  private int scan() throws IOException {
    int start = position;
    while (true) {
      while (position < limit) {
        char c = buffer[position];
        if (c < ASCII ? isEnd[c] : isDelimiter(c)) {
          return start;
        }
        position++;
      }
      boolean hasMore = refill(start);
      start = 0;
      if (!hasMore) {
        return start;
      }
    }
  }

  /** From the opening quote to behind the closing one; the end of the text closes as well. */
  private void readQuoted() throws IOException {
    quotedLength = 0;
    position++;
    while (has()) {
      int start = position;
      while (position < limit && buffer[position] != QUOTE) {
        if (buffer[position] == '\n') {
          line++;
        }
        position++;
      }
      append(start, position);
      if (position < limit) {
        position++;
        if (!has() || buffer[position] != QUOTE) {
          return;
        }
        append(position, position + 1);
        position++;
      }
    }
  }

  private void append(int from, int to) {
    int length = quotedLength + to - from;
    checkLength(length);
    if (length > quoted.length) {
      quoted = Arrays.copyOf(quoted, Math.max(length, 2 * quoted.length));
    }
    System.arraycopy(buffer, from, quoted, quotedLength, to - from);
    quotedLength = length;
  }

  /** Moves behind the end of the line. */
  private void endLine() throws IOException {
    while (has()) {
      char c = buffer[position++];
      if (isLineEnd(c)) {
        if (c == '\r' && has() && buffer[position] == '\n') {
          position++;
        }
        line++;
        return;
      }
    }
  }

  private boolean has() throws IOException {
    return position < limit || refill(position);
  }

  /** Keeps what is in the buffer from a place on, moved to its start, and adds to it. */
  private boolean refill(int keep) throws IOException {
    int kept = limit - keep;
    checkLength(kept);
    if (kept == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    } else {
      System.arraycopy(buffer, keep, buffer, 0, kept);
    }
    position -= keep;
    limit = kept;
    int count = isAtEnd ? -1 : text.read(buffer, limit, buffer.length - limit);
    isAtEnd = count < 0;
    limit += Math.max(0, count);
    return !isAtEnd;
  }

  private static void checkLength(int characters) {
    if (characters > MAX_FIELD_CHARACTERS) {
      throw new NumberFormatException(
          "expected a number, found more than %,d characters without a delimiter: give another"
                  .formatted(MAX_FIELD_CHARACTERS)
              + " --delimiter, or close the quotes");
    }
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}

package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/**
 * Numbers in text, a record a line, as {@code numpy.loadtxt} reads them with {@code quotechar='"'}.
 *
 * <p>Elements are float64; int64 or uint64 where whole numbers are asked for. Lines of one number
 * are records without axes. Two things are read for which NumPy needs options: a byte order mark,
 * and bytes in comments that are not UTF-8. A file without any number is an error.
 */
final class TextSource implements RecordSource {
  /** A record of 1 GiB. */
  private static final int MAX_FIELDS = 1 << 27;

  private static final Pattern NAME = Pattern.compile(".*\\.(csv|tsv|txt)(\\.gz)?");
  private static final int BUFFER_BYTES = 256 << 10;

  private final SourceFile file;
  private final TextRows rows;
  private final boolean isWhole;
  private final boolean isUnsigned;
  private final char delimiter;
  private final int skipLines;

  /** Numbers of the row that was read last, as they are stored. */
  private long[] row = new long[16];

  private int found;

  /** How many numbers a row has; 0 until the first one was read. */
  private int fields;

  /** Whether the row was read already, to know how many numbers it has. */
  private boolean isRead;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk;

  private TextSource(Path path, SourceOptions options, Reader text) throws IOException {
    NumericType wanted = options.dtype() == null ? null : NumericType.of(options.dtype());
    this.file = SourceFile.of(path);
    this.isWhole = wanted != null && !wanted.isFloating();
    this.isUnsigned = wanted == NumericType.UINT64;
    this.delimiter = options.delimiter() == null ? delimiter(path) : options.delimiter();
    this.skipLines = options.skipLines();
    this.rows = new TextRows(text, delimiter);
    rows.skipLines(skipLines);
    if (!readRow()) {
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          path,
          "expected lines of numbers, found none"
              + (skipLines == 0 ? "" : " after the first " + skipLines)
              + ": name another file, or see --skip-lines");
    }
    this.isRead = true;
    this.fields = found;
    this.chunk = arena.allocate(Math.max(CHUNK_BYTES / recordBytes(), 1) * recordBytes(), 8);
  }

  /** Whether the name of a file says that it is text with numbers. */
  static boolean isNamed(Path path) {
    return NAME.matcher(path.toString().toLowerCase(Locale.ROOT)).matches();
  }

  static TextSource open(Path path, SourceOptions options) throws IOException {
    InputStream bytes = Files.newInputStream(path);
    try {
      return new TextSource(path, options, characters(path, bytes));
    } catch (EOFException | ZipException e) {
      bytes.close();
      throw damaged(path, e);
    } catch (IOException | RuntimeException | Error e) {
      bytes.close();
      throw e;
    }
  }

  /**
   * The text without a byte order mark; bytes that are not UTF-8 become characters of no number.
   */
  private static Reader characters(Path path, InputStream bytes) throws IOException {
    boolean isPacked = path.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    BufferedInputStream text =
        new BufferedInputStream(isPacked ? new GzipStream(bytes) : bytes, BUFFER_BYTES);
    text.mark(4);
    byte[] start = text.readNBytes(3);
    boolean isMarked =
        Arrays.equals(start, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}); // UTF-8
    if (!isMarked) {
      text.reset();
    }
    if (start.length > 1
        && ((start[0] == (byte) 0xff && start[1] == (byte) 0xfe)
            || (start[0] == (byte) 0xfe && start[1] == (byte) 0xff))) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          path,
          "expected text in UTF-8, found UTF-16: convert it with iconv -f UTF-16 -t UTF-8 IN >"
              + " OUT");
    }
    return new InputStreamReader(text, StandardCharsets.UTF_8);
  }

  private static PenstockException damaged(Path path, IOException e) {
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT,
        path,
        "expected text compressed by gzip, found it %s: bring the file back from a copy"
            .formatted(e instanceof EOFException ? "cut short" : "damaged"),
        e);
  }

  private static char delimiter(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    if (plain.endsWith(".tsv")) {
      return '\t';
    }
    return plain.endsWith(".txt") ? TextRows.BLANKS : ',';
  }

  private boolean readRow() throws IOException {
    found = 0;
    try {
      if (!rows.next(this::add)) {
        return false;
      }
    } catch (NumberFormatException e) {
      throw problem(e.getMessage());
    }
    if (found != fields && fields != 0) {
      throw problem("expected %d numbers as in the first line, found %d".formatted(fields, found));
    }
    return true;
  }

  private void add(char[] text, int from, int to) {
    try {
      if (found == row.length && fields == 0) {
        if (found == MAX_FIELDS) {
          throw problem(
              "expected at most %,d numbers, found more: a line is a record, break it"
                  .formatted(MAX_FIELDS));
        }
        row = Arrays.copyOf(row, 2 * row.length);
      }
      long bits =
          isWhole
              ? TextNumbers.whole(text, from, to, isUnsigned)
              : TextNumbers.floatingBits(text, from, to);
      if (found < row.length) {
        row[found] = bits;
      }
      found++;
    } catch (NumberFormatException _) {
      throw problem(
          new TextProblem(isWhole, isUnsigned, delimiter, fields == 0 ? rows.rowLine() : 0)
              .of(new String(text, from, to - from)));
    }
  }

  private PenstockException problem(String problem) {
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT, file.path(), "line %d: %s".formatted(rows.rowLine(), problem));
  }

  @Override
  public ElementType elementType() {
    return ElementType.named(isWhole ? isUnsigned ? "uint64" : "int64" : "float64");
  }

  @Override
  public Shape recordShape() {
    return fields == 1 ? Shape.SCALAR : Shape.of(fields);
  }

  @Override
  public long recordCount() {
    return UNKNOWN;
  }

  @Override
  public String identity() {
    return "%s skip %d by %x".formatted(file, skipLines, (int) delimiter);
  }

  @Override
  public MemorySegment next() throws IOException {
    long used = 0;
    try {
      while (used < chunk.byteSize() && (isRead || readRow())) {
        isRead = false;
        MemorySegment.copy(row, 0, chunk, ValueLayout.JAVA_LONG, used, fields);
        used += recordBytes();
      }
    } catch (EOFException | ZipException e) {
      throw damaged(file.path(), e);
    }
    if (used == 0) {
      file.check();
      return null;
    }
    return chunk.asSlice(0, used);
  }

  @Override
  public void close() throws IOException {
    arena.close();
    rows.close();
  }
}

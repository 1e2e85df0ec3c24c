package io.penstock.internal.format.lines;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.Scan;
import io.penstock.internal.index.ScanInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the lines of a file.
 *
 * <p>What it owns: where a line ends. It ends with \n or \r\n, which do not belong to it, or with
 * the file; so a file that ends with \n has no empty line behind it. A byte order mark of UTF-8
 * belongs to no line. Bytes are not decoded: any encoding will do that has \n as a byte of its own,
 * which UTF-16 has not.
 *
 * <p>Eight bytes are compared at a time, so that a scan takes as long as reading.
 */
final class LinesScan implements Scan {
  private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
  private static final long NEWLINES = 0x0a0a0a0a0a0a0a0aL;
  private static final int MARK_BYTES = 3;

  /** Enough of a text to see that every other byte is zero. */
  private static final int START_BYTES = 64;

  @Override
  public String id() {
    return "lines 1";
  }

  @Override
  public void run(ScanInput in, IndexBuilder found) {
    new LinePass(in, found.places(LinesFormat.PART, ElementType.UINT8)).run();
  }

  private static final class LinePass {
    private final ScanInput in;
    private final IndexBuilder.FoundPlaces lines;

    /** Where the line at hand begins. */
    private long start;

    /** Before the bytes at hand. */
    private byte last;

    LinePass(ScanInput in, IndexBuilder.FoundPlaces lines) {
      this.in = in;
      this.lines = lines;
    }

    void run() {
      skipMark();
      while (in.remaining() > 0) {
        ByteBuffer bytes = in.peekSome();
        int count = bytes.remaining();
        scan(bytes, in.position());
        last = bytes.get(count - 1);
        in.skip(count);
      }
      if (start < in.sizeBytes()) {
        lines.add(start, in.sizeBytes() - start);
      }
    }

    private void skipMark() {
      int count = (int) Math.min(START_BYTES, in.sizeBytes());
      ByteBuffer bytes = in.peek(count, "the first line");
      if (isWide(bytes, count)) {
        throw problem(
            "expected text in UTF-8, or with \\n as a byte of its own, found UTF-16 or UTF-32:"
                + " write it in UTF-8 with iconv -f UTF-16 -t UTF-8");
      }
      if (count >= MARK_BYTES
          && bytes.get(0) == (byte) 0xef
          && bytes.get(1) == (byte) 0xbb
          && bytes.get(2) == (byte) 0xbf) {
        in.skip(MARK_BYTES);
        start = MARK_BYTES;
      }
    }

    private PenstockException problem(String problem) {
      return in.file().problemAt(0, problem);
    }

    /** Where the newlines are. */
    private void scan(ByteBuffer bytes, long base) {
      int count = bytes.remaining();
      int at = 0;
      for (; at <= count - Long.BYTES; at += Long.BYTES) {
        long other = bytes.getLong(at) ^ NEWLINES;
        // The top bit of each byte that is zero in "other", and of no byte else.
        long hits = ~(((other & LOW_BITS) + LOW_BITS) | other | LOW_BITS);
        while (hits != 0) {
          end(bytes, base, at + (Long.numberOfTrailingZeros(hits) >>> 3));
          hits &= hits - 1;
        }
      }
      for (; at < count; at++) {
        if (bytes.get(at) == '\n') {
          end(bytes, base, at);
        }
      }
    }

    /** A line ends with the newline at this place. */
    private void end(ByteBuffer bytes, long base, int newline) {
      long end = base + newline;
      byte before = newline > 0 ? bytes.get(newline - 1) : last;
      boolean isPair = end > start && before == '\r';
      lines.add(start, (isPair ? end - 1 : end) - start);
      start = end + 1;
    }
  }

  /** By the mark, or if every other byte of plain text is zero. */
  private static boolean isWide(ByteBuffer bytes, int count) {
    if (count < 2) {
      return false;
    }
    int first = bytes.get(0) & 0xff;
    int second = bytes.get(1) & 0xff;
    boolean isMark32 = count >= 4 && bytes.order(ByteOrder.BIG_ENDIAN).getInt(0) == 0xfeff;
    return isMark32
        || (first == 0xff && second == 0xfe)
        || (first == 0xfe && second == 0xff)
        || isSpread(bytes, count, 0)
        || isSpread(bytes, count, 1);
  }

  /** Whether bytes of this parity are those of plain text, and all others zero. */
  private static boolean isSpread(ByteBuffer bytes, int count, int parity) {
    for (int i = 0; i < count; i++) {
      byte value = bytes.get(i);
      boolean isText = value >= ' ' || (value >= '\t' && value <= '\r');
      if ((i & 1) == parity ? !isText : value != 0) {
        return false;
      }
    }
    return count >= 8;
  }
}

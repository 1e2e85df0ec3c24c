package io.penstock.cli.convert;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * What is in a file compressed by gzip, of one member or several, as pigz and {@code cat} make
 * them.
 *
 * <p>The JDK's stream of this kind ends without a word where a second member is damaged, and so
 * loses what follows. Here that is an error, as are checksums that differ, and anything behind the
 * last member but zeros, with which tapes are filled up.
 */
final class GzipStream extends InputStream {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int MAGIC = 0x1f8b;
  private static final int DEFLATE = 8;
  private static final int HAS_CHECK = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int KNOWN_FLAGS = 0x1f;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] single = new byte[1];
  private final byte[] bytes = new byte[BUFFER_BYTES];

  /** What was read and not yet used. */
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  private long members;
  private boolean isInMember;
  private boolean isAtEnd;

  /**
   * Reads the header of the first member.
   *
   * @param in compressed bytes; closed with this
   */
  GzipStream(InputStream in) throws IOException {
    this.in = in;
    try {
      begin();
    } catch (IOException | RuntimeException | Error e) {
      inflater.end();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      while (!isAtEnd) {
        if (!isInMember) {
          begin();
          continue;
        }
        int count = inflater.inflate(into, offset, length);
        crc.update(into, offset, count);
        if (inflater.finished()) {
          end();
        } else if (count == 0) {
          feed();
        }
        if (count > 0) {
          return count;
        }
      }
      return -1;
    } catch (DataFormatException e) {
      throw asZip(e);
    }
  }

  private static ZipException asZip(DataFormatException e) {
    ZipException damaged = new ZipException(e.getMessage());
    damaged.initCause(e);
    return damaged;
  }

  private void feed() throws IOException {
    if (inflater.needsDictionary()) {
      throw new ZipException("it needs a dictionary");
    }
    // What the inflater has not used is in the buffer still.
    if (!fill()) {
      throw new EOFException("it ends within its data");
    }
    inflater.setInput(bytes, buffer.position(), buffer.remaining());
    buffer.position(buffer.limit());
  }

  /** Goes to the data of the next member, or to the end. */
  private void begin() throws IOException {
    if (members > 0 && isOver()) {
      isAtEnd = true;
      return;
    }
    CRC32 check = new CRC32();
    int magic = next(check) << 8 | next(check);
    if (magic != MAGIC || next(check) != DEFLATE) {
      throw new ZipException(
          members == 0 ? "it is not gzip" : "behind member %d is no gzip".formatted(members));
    }
    int flags = next(check);
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw new ZipException("its header has flags that gzip does not have");
    }
    skip(6, check);
    if ((flags & HAS_EXTRA) != 0) {
      int low = next(check);
      skip(low | next(check) << 8, check);
    }
    skipText((flags & HAS_NAME) != 0, check);
    skipText((flags & HAS_COMMENT) != 0, check);
    int expected = (int) check.getValue() & 0xffff;
    if ((flags & HAS_CHECK) != 0 && (next(check) | next(check) << 8) != expected) {
      throw new ZipException("the checksum of its header differs");
    }
    inflater.reset();
    crc.reset();
    inflater.setInput(bytes, buffer.position(), buffer.remaining());
    buffer.position(buffer.limit());
    isInMember = true;
    members++;
  }

  /** Compares the checksum and the size behind a member. */
  private void end() throws IOException {
    buffer.position(buffer.limit() - inflater.getRemaining());
    CRC32 none = new CRC32();
    long expected = number(none);
    long size = number(none);
    if (expected != crc.getValue()) {
      throw new ZipException("CRC-32 is %08x, should be %08x".formatted(crc.getValue(), expected));
    }
    if (size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw new ZipException("it has another size than it says");
    }
    isInMember = false;
  }

  private long number(CRC32 check) throws IOException {
    long number = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      number |= (long) next(check) << shift;
    }
    return number;
  }

  /** Whether nothing follows but zeros. */
  private boolean isOver() throws IOException {
    while (buffer.hasRemaining() || fill()) {
      if (buffer.get(buffer.position()) != 0) {
        return false;
      }
      buffer.get();
    }
    return true;
  }

  private void skip(int count, CRC32 check) throws IOException {
    for (int i = 0; i < count; i++) {
      next(check);
    }
  }

  private void skipText(boolean isThere, CRC32 check) throws IOException {
    boolean isText = isThere;
    while (isText) {
      isText = next(check) != 0;
    }
  }

  private int next(CRC32 check) throws IOException {
    if (!buffer.hasRemaining() && !fill()) {
      throw new EOFException("it ends within a header");
    }
    int next = buffer.get() & 0xff;
    check.update(next);
    return next;
  }

  private boolean fill() throws IOException {
    int count = in.read(bytes);
    buffer.position(0).limit(Math.max(0, count));
    return count > 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}

package io.penstock.cli.convert;

import io.penstock.internal.partial.PartialFile;
import io.penstock.internal.partial.WriteFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes a .tar of regular files, not compressed: ustar, with pax headers for names and sizes that
 * have no room in it, as GNU tar, bsdtar and Python's tarfile read them.
 *
 * <p>The same files make the same bytes: owner 0, mode 644, no devices. It appears when it is
 * complete. Written here because a header of 512 bytes is less than a library with three jars.
 */
public final class TarWriter implements AutoCloseable {
  private static final int BLOCK_BYTES = 512;

  /** As tar pads an archive. */
  private static final int RECORD_BYTES = 20 * BLOCK_BYTES;

  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;
  private static final long MOST_OCTAL = (1L << 33) - 1;
  private static final int BUFFER_BYTES = 1 << 20;

  /** At most this much of the page cache is dirty. */
  private static final long FLUSH_BYTES = 64 << 20;

  private final PartialFile file;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long written;
  private long flushed;

  /** Of the file at hand: its bytes, and those that are still to come. */
  private long size;

  private long left;

  /**
   * Starts a file.
   *
   * @param target name of the file; its directory must be there
   * @param mayReplace whether an existing file is replaced when the new one is complete
   */
  public TarWriter(Path target, boolean mayReplace) {
    this.file = PartialFile.create(target, mayReplace);
    this.channel = file.channel();
  }

  /**
   * Begins the next file.
   *
   * @param name its path as the system has it, with slashes and not beginning with one
   * @param bytes its size
   * @param modifiedSeconds when it was modified, since 1970
   * @throws IllegalStateException if the file before is not whole
   */
  public void begin(byte[] name, long bytes, long modifiedSeconds) {
    end();
    put(header(name, bytes, modifiedSeconds));
    left = bytes;
    size = bytes;
  }

  /**
   * What stands before the bytes of a file: its header, and before that a pax header if need be.
   */
  static ByteBuffer header(byte[] name, long bytes, long modifiedSeconds) {
    int slash = split(name);
    ByteBuffer pax = ByteBuffer.allocate(name.length + 200);
    if (slash < 0) {
      putPax(pax, "path", name);
      if (!isUtf8(name)) {
        putPax(pax, "hdrcharset", "BINARY".getBytes(StandardCharsets.US_ASCII));
      }
    }
    if (bytes > MOST_OCTAL) {
      putPax(pax, "size", Long.toString(bytes).getBytes(StandardCharsets.US_ASCII));
    }
    pax.flip();
    long seconds = Math.clamp(modifiedSeconds, 0, MOST_OCTAL);
    ByteBuffer all = ByteBuffer.allocate(pax.limit() + 4 * BLOCK_BYTES);
    if (pax.hasRemaining()) {
      byte[] label = "PaxHeaders/path".getBytes(StandardCharsets.US_ASCII);
      all.put(block(label, 0, pax.limit(), seconds, 'x')).put(pax);
      all.position(Math.ceilDiv(all.position(), BLOCK_BYTES) * BLOCK_BYTES);
    }
    all.put(block(name, Math.max(0, slash), bytes > MOST_OCTAL ? 0 : bytes, seconds, '0'));
    return all.flip();
  }

  /**
   * Writes a piece of the file.
   *
   * @param bytes the next ones; all are taken
   * @throws IllegalArgumentException if the file has no room for them
   */
  public void write(ByteBuffer bytes) {
    if (bytes.remaining() > left) {
      throw new IllegalArgumentException(
          "bytes must be at most %d, were %d".formatted(left, bytes.remaining()));
    }
    left -= bytes.remaining();
    put(bytes);
  }

  private void end() {
    if (left > 0) {
      throw new IllegalStateException("the file before must have %d more bytes".formatted(left));
    }
    pad(size, BLOCK_BYTES);
    size = 0;
  }

  /**
   * Where a name is divided: behind the slash at this place its last part begins. 0 if it fits as
   * it is; -1 if neither does.
   */
  private static int split(byte[] name) {
    if (name.length <= NAME_BYTES) {
      return 0;
    }
    for (int i = Math.max(1, name.length - NAME_BYTES - 1);
        i < Math.min(name.length - 1, PREFIX_BYTES + 1);
        i++) {
      if (name[i] == '/') {
        return i;
      }
    }
    return -1;
  }

  private static ByteBuffer block(byte[] name, int slash, long bytes, long seconds, char type) {
    ByteBuffer header = ByteBuffer.allocate(BLOCK_BYTES);
    byte[] last = slash == 0 ? name : Arrays.copyOfRange(name, slash + 1, name.length);
    header.put(0, last, 0, Math.min(last.length, NAME_BYTES));
    putText(header, NAME_BYTES, "0000644\0" + "0000000\0".repeat(2));
    putText(header, 124, octal(bytes, 11) + "\0" + octal(seconds, 11) + "\0");
    putText(header, 148, " ".repeat(8));
    putText(header, 156, String.valueOf(type));
    putText(header, 257, "ustar\0" + "00");
    putText(header, 329, "0000000\0".repeat(2));
    header.put(345, name, 0, slash);
    int sum = 0;
    for (byte one : header.array()) {
      sum += one & 0xff;
    }
    putText(header, 148, octal(sum, 6) + "\0 ");
    return header;
  }

  private static void putText(ByteBuffer header, int at, String text) {
    header.put(at, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String octal(long number, int digits) {
    String text = Long.toOctalString(number);
    return "0".repeat(digits - text.length()) + text;
  }

  /** A line of a pax header, which begins with its own length. */
  private static void putPax(ByteBuffer pax, String key, byte[] value) {
    int rest = key.length() + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    pax.put((length + " " + key + "=").getBytes(StandardCharsets.US_ASCII));
    pax.put(value).put((byte) '\n');
  }

  private static boolean isUtf8(byte[] name) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private void pad(long bytes, int unit) {
    put(ByteBuffer.allocate(Math.floorMod(-bytes, unit)));
  }

  private void put(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      int count = Math.min(bytes.remaining(), buffer.remaining());
      buffer.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
      if (!buffer.hasRemaining()) {
        drain();
      }
    }
  }

  private void drain() {
    try {
      buffer.flip();
      while (buffer.hasRemaining()) {
        written += channel.write(buffer);
      }
      buffer.clear();
      if (written - flushed >= FLUSH_BYTES) {
        channel.force(false);
        flushed = written;
      }
    } catch (IOException e) {
      throw WriteFailures.about(file.target(), e);
    }
  }

  /** Ends the archive, forces it to the disk and gives it its name. */
  public void commit() {
    end();
    put(ByteBuffer.allocate(2 * BLOCK_BYTES));
    pad(written + buffer.position(), RECORD_BYTES);
    drain();
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }
}

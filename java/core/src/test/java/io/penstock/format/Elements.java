package io.penstock.format;

import io.penstock.array.ArrayLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads records as a layout says, in the plainest way: what every engine must agree with. */
public final class Elements {
  /** Files up to this size are read as a whole: a test reads thousands of them. */
  private static final long MAX_WHOLE_BYTES = 1 << 20;

  private Elements() {}

  /** Bytes at places in a file. */
  private interface Source {
    void read(ByteBuffer bytes, long offset) throws IOException;
  }

  private static Source source(FileChannel file) throws IOException {
    if (file.size() > MAX_WHOLE_BYTES) {
      return (bytes, offset) -> {
        int start = bytes.position();
        while (bytes.hasRemaining()) {
          if (file.read(bytes, offset + bytes.position() - start) < 0) {
            throw new AssertionError("beyond the end of the file");
          }
        }
      };
    }
    ByteBuffer whole = ByteBuffer.allocate((int) file.size());
    while (file.read(whole, whole.position()) > 0) {
      // Reads on.
    }
    return (bytes, offset) -> bytes.put(whole.slice(Math.toIntExact(offset), bytes.remaining()));
  }

  /** The bytes of one record, elements in C order. */
  private static byte[] record(Source source, ArrayLayout layout, long index) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(layout.recordBytes())];
    ByteBuffer record = ByteBuffer.wrap(bytes);
    if (layout.isWhole()) {
      source.read(record, offset(layout, index));
    } else {
      gather(source, layout, 0, offset(layout, index), record);
    }
    return bytes;
  }

  private static long offset(ArrayLayout layout, long index) {
    long left = index;
    for (ArrayLayout.Run run : layout.runs()) {
      if (left < run.recordCount()) {
        return run.offsetBytes() + left * run.strideBytes();
      }
      left -= run.recordCount();
    }
    throw new IndexOutOfBoundsException("index " + index + " of " + layout.recordCount());
  }

  private static void gather(
      Source source, ArrayLayout layout, int axis, long offset, ByteBuffer record)
      throws IOException {
    if (axis < layout.recordShape().rank()) {
      for (long i = 0; i < layout.recordShape().dim(axis); i++) {
        long place = offset + i * layout.recordStrides()[axis];
        gather(source, layout, axis + 1, place, record);
      }
      return;
    }
    int elementBytes = layout.elementType().sizeBytes();
    source.read(record.slice(record.position(), elementBytes), offset);
    record.position(record.position() + elementBytes);
  }

  /** SHA-256 of all records in index order. */
  public static String digest(ArrayLayout layout) {
    try (FileChannel file = FileChannel.open(layout.path(), StandardOpenOption.READ)) {
      Source source = source(file);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (long index = 0; index < layout.recordCount(); index++) {
        digest.update(record(source, layout, index));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}

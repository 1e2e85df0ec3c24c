package io.penstock.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads records as a layout says, in the plainest way: what every engine must agree with. */
final class Elements {
  private Elements() {}

  /** The bytes of one record, elements in C order. */
  static byte[] record(FileChannel file, ArrayLayout layout, long index) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(Math.toIntExact(layout.recordBytes()));
    gather(file, layout, 0, offset(layout, index), record);
    return record.array();
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
      FileChannel file, ArrayLayout layout, int axis, long offset, ByteBuffer record)
      throws IOException {
    if (axis < layout.recordShape().size()) {
      for (long i = 0; i < layout.recordShape().get(axis); i++) {
        long place = offset + i * layout.recordStrides().get(axis);
        gather(file, layout, axis + 1, place, record);
      }
      return;
    }
    ByteBuffer element = ByteBuffer.allocate(layout.elementType().sizeBytes());
    while (element.hasRemaining()) {
      if (file.read(element, offset + element.position()) < 0) {
        throw new AssertionError("beyond the end of the file: " + layout);
      }
    }
    record.put(element.flip());
  }

  /** SHA-256 of all records in index order. */
  static String digest(ArrayLayout layout) {
    try (FileChannel file = FileChannel.open(layout.path(), StandardOpenOption.READ)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (long index = 0; index < layout.recordCount(); index++) {
        digest.update(record(file, layout, index));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The records of a layout, by index. */
  static List<byte[]> records(ArrayLayout layout) {
    List<byte[]> records = new ArrayList<>();
    try (FileChannel file = FileChannel.open(layout.path(), StandardOpenOption.READ)) {
      for (long index = 0; index < layout.recordCount(); index++) {
        records.add(record(file, layout, index));
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

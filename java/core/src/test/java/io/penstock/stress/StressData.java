package io.penstock.stress;

import io.penstock.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Records that say which they are in each of their bytes, so that every byte delivered can be
 * checked without any table, and without allocating: heap pressure is part of the program.
 */
final class StressData {
  static final int RECORDS = 6000;
  static final int LONGS = 98;
  private static final int HEADER_BYTES = 128;
  private static final int MOST_LONGS = 200;

  final Path fixed;
  final Path labels;
  final Path values;
  final Path offsets;

  /** Writes all files into a directory. */
  StressData(Path directory) {
    this.fixed = directory.resolve("x.npy");
    this.labels = directory.resolve("y.npy");
    this.values = directory.resolve("v.npy");
    this.offsets = directory.resolve("o.npy");
    writeFixed(fixed);
    write(labels, "(%d,)".formatted(RECORDS), RECORDS, i -> word(i, 7));
    long[] ends = new long[RECORDS + 1];
    for (int i = 0; i < RECORDS; i++) {
      ends[i + 1] = ends[i] + length(i);
    }
    write(offsets, "(%d,)".formatted(RECORDS + 1), RECORDS + 1, i -> ends[i]);
    int total = Math.toIntExact(ends[RECORDS]);
    long[] all = new long[total];
    for (int i = 0; i < RECORDS; i++) {
      for (int j = 0; j < length(i); j++) {
        all[Math.toIntExact(ends[i]) + j] = word(i, j);
      }
    }
    write(values, "(%d,)".formatted(total), total, i -> all[i]);
  }

  /** A word of the file by its number. */
  private interface Words {
    long at(int number);
  }

  static void writeFixed(Path path) {
    write(
        path,
        "(%d, %d)".formatted(RECORDS, LONGS),
        RECORDS * LONGS,
        i -> word(i / LONGS, i % LONGS));
  }

  private static void write(Path path, String shape, int count, Words words) {
    String text = "{'descr': '<i8', 'fortran_order': False, 'shape': %s, }".formatted(shape);
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_BYTES + count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) (HEADER_BYTES - 10));
    bytes.put(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.position() < HEADER_BYTES - 1) {
      bytes.put((byte) ' ');
    }
    bytes.put((byte) '\n');
    for (int i = 0; i < count; i++) {
      bytes.putLong(words.at(i));
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      bytes.flip();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What word {@code j} of record {@code i} is. Never 0, which bytes that were not read are. */
  static long word(long i, long j) {
    long mixed = (i + 1) * 0x9E3779B97F4A7C15L ^ (j + 1) * 0xC2B2AE3D27D4EB4FL;
    return mixed | 1L << 62;
  }

  /** How many words the record of different size has. */
  static int length(long i) {
    return (int) (i * 37 % MOST_LONGS);
  }

  /**
   * Checks a batch while it is open.
   *
   * @param added what a transform added to each word of the fixed column
   * @return -1, or the place of the first record with a wrong byte
   */
  static int firstWrong(Batch batch, boolean isVariable, long added) {
    MemorySegment indices = batch.indices();
    MemorySegment x = batch.column("x");
    MemorySegment y = batch.column("y");
    MemorySegment offsets = isVariable ? batch.offsets("x") : null;
    for (int place = 0; place < batch.size(); place++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, place);
      long begin = isVariable ? offsets.getAtIndex(ValueLayout.JAVA_LONG, place) : 0;
      long first = isVariable ? begin : (long) place * LONGS;
      long count =
          isVariable ? offsets.getAtIndex(ValueLayout.JAVA_LONG, place + 1L) - begin : LONGS;
      boolean isRight =
          index >= 0
              && index < RECORDS
              && count == (isVariable ? length(index) : LONGS)
              && y.getAtIndex(ValueLayout.JAVA_LONG, place) == word(index, 7);
      for (long j = 0; isRight && j < count; j++) {
        isRight = x.getAtIndex(ValueLayout.JAVA_LONG, first + j) == word(index, j) + added;
      }
      if (!isRight) {
        return place;
      }
    }
    return -1;
  }
}

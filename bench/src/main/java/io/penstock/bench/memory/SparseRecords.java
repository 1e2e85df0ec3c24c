package io.penstock.bench.memory;

import io.penstock.bench.data.RecordFileHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Very many records of different sizes in a file that takes no room on the disk, as all of it is a
 * hole, beside a file of offsets that does.
 */
final class SparseRecords {
  private static final int BLOCK_RECORDS = 1 << 16;

  private final Path values;
  private final Path offsets;

  private SparseRecords(Path values, Path offsets) {
    this.values = values;
    this.offsets = offsets;
  }

  Path values() {
    return values;
  }

  Path offsets() {
    return offsets;
  }

  /** Writes both files: lognormal sizes with this mean, sigma 1. */
  static SparseRecords make(Path directory, long count, long meanBytes) throws IOException {
    Files.createDirectories(directory);
    SparseRecords made =
        new SparseRecords(directory.resolve("values.npy"), directory.resolve("offsets.npy"));
    SplittableRandom random = new SplittableRandom(1);
    long end = 0;
    try (OutputStream out = Files.newOutputStream(made.offsets)) {
      out.write(RecordFileHeader.of("<i8", count + 1));
      ByteBuffer block =
          ByteBuffer.allocate(BLOCK_RECORDS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      block.putLong(0);
      for (long i = 0; i < count; i++) {
        if (!block.hasRemaining()) {
          out.write(block.array());
          block.clear();
        }
        end += 1 + (long) (meanBytes * Math.exp(random.nextGaussian() - 0.5));
        block.putLong(end);
      }
      out.write(block.array(), 0, block.position());
    }
    try (RandomAccessFile file = new RandomAccessFile(made.values.toFile(), "rw")) {
      byte[] header = RecordFileHeader.of("|u1", end);
      file.setLength(0);
      file.write(header);
      file.setLength(header.length + end);
    }
    return made;
  }

  /** Removes them. */
  void delete() throws IOException {
    Files.deleteIfExists(values);
    Files.deleteIfExists(offsets);
  }
}

package io.penstock.bench;

import io.penstock.bench.data.RecordFile;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small file of records in the page cache, and a shuffled order of it, cut into batches.
 *
 * <p>What it owns: a temporary folder, deleted when it is closed.
 */
final class Fixture implements AutoCloseable {
  /** Records of a batch in all benchmarks. */
  static final int BATCH_SIZE = 256;

  private static final ValueLayout.OfLong INDEX =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  final RecordFile file;
  private final Path folder;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] batches;
  private int next;

  Fixture(long recordBytes, int fileMegabytes) throws IOException {
    folder = Files.createTempDirectory("penstock-bench");
    file =
        new RecordFile(
                folder.resolve("records.npy"),
                recordBytes,
                // Whole batches only, so that every call does the same work.
                Math.max(1, ((long) fileMegabytes << 20) / recordBytes / BATCH_SIZE) * BATCH_SIZE)
            .make();
    int count = Math.toIntExact(file.recordCount());
    MemorySegment order = arena.allocate((long) count * Long.BYTES, 64);
    new FullShuffle(count, 1).fill(0, 0, order, count);
    batches = new MemorySegment[count / BATCH_SIZE];
    for (int i = 0; i < batches.length; i++) {
      batches[i] =
          order.asSlice((long) i * BATCH_SIZE * Long.BYTES, (long) BATCH_SIZE * Long.BYTES);
    }
  }

  /** The indices of the next batch, around and around. */
  MemorySegment nextIndices() {
    MemorySegment indices = batches[next];
    next = next + 1 == batches.length ? 0 : next + 1;
    return indices;
  }

  /** Where a record lies in the file. */
  long offsetBytes(MemorySegment indices, int i) {
    long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
    return RecordFile.DATA_OFFSET + index * file.recordBytes();
  }

  MemorySegment allocateBatch() {
    return arena.allocate(BATCH_SIZE * file.recordBytes(), 4096);
  }

  /**
   * The checksum of a batch, and the check that the right records lie in the right places.
   *
   * @throws AssertionError if one does not
   */
  long check(MemorySegment indices, MemorySegment batch) {
    long sum = 0;
    for (int i = 0; i < BATCH_SIZE; i++) {
      long found = batch.get(INDEX, i * file.recordBytes());
      if (found != indices.getAtIndex(ValueLayout.JAVA_LONG, i)) {
        throw new AssertionError(
            "expected record %d at place %d of the batch, found %d"
                .formatted(indices.getAtIndex(ValueLayout.JAVA_LONG, i), i, found));
      }
      sum += found;
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    arena.close();
    Files.deleteIfExists(file.path());
    Files.delete(folder);
  }
}

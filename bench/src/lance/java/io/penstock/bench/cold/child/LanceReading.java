package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.lance.Dataset;

/**
 * LanceDB's Java bindings: {@code take} of the records that are due, by their numbers.
 *
 * <p>Parameters: {@code threads}, each with a take of its own under way, and {@code takes}, batches
 * that one take is for. A take reads with many requests by itself; what it brings is copied to the
 * batch, as the Arrow memory is given back.
 */
final class LanceReading implements ChildReading {
  private final Arena arena = Arena.ofShared();
  private final BufferAllocator allocator = new RootAllocator();
  private final RecordList list;
  private final Dataset dataset;
  private final ExecutorService threads;
  private final int ahead;
  private final int batchesEach;

  LanceReading(Job job) {
    list = job.list(arena);
    ahead = job.integer("threads");
    batchesEach = job.integer("takes");
    threads = Executors.newFixedThreadPool(ahead);
    dataset = Dataset.open().allocator(allocator).uri(job.file().path().toString()).build();
  }

  /** Some batches, and their memory. */
  private record Taken(long firstBatch, List<MemorySegment> batches) {}

  @Override
  public void run(TimedSink sink) throws IOException, InterruptedException {
    Deque<List<MemorySegment>> idle = new ArrayDeque<>();
    for (int i = 0; i < ahead + 1; i++) {
      List<MemorySegment> memory = new ArrayList<>();
      for (int batch = 0; batch < batchesEach; batch++) {
        memory.add(arena.allocate(list.mostBatchBytes(), 4096));
      }
      idle.add(memory);
    }
    Deque<Future<Taken>> taking = new ArrayDeque<>();
    MemorySegment offsets = list.allocateOffsets(arena);
    long next = 0;
    while (next < list.batchCount() || !taking.isEmpty()) {
      while (next < list.batchCount() && taking.size() < ahead) {
        long first = next;
        List<MemorySegment> memory = idle.remove();
        taking.add(threads.submit(() -> take(first, memory)));
        next += batchesEach;
      }
      Taken taken = taken(taking.remove());
      for (int i = 0; i < batchesEach && taken.firstBatch + i < list.batchCount(); i++) {
        long batch = taken.firstBatch + i;
        list.layOut(batch, offsets);
        if (!sink.accept(taken.batches.get(i), offsets, list.batchSize(batch))) {
          return;
        }
      }
      idle.add(taken.batches);
    }
  }

  private static Taken taken(Future<Taken> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IOException("a take failed: " + e.getCause(), e.getCause());
    }
  }

  private Taken take(long firstBatch, List<MemorySegment> batches) throws IOException {
    List<Long> rows = new ArrayList<>();
    for (int i = 0; i < batchesEach; i++) {
      for (int record = 0; record < list.batchSize(firstBatch + i); record++) {
        rows.add(list.index(list.position(firstBatch + i, record)));
      }
    }
    int taken = 0;
    try (ArrowReader reader = dataset.take(rows, List.of(LanceCopy.COLUMN))) {
      while (reader.loadNextBatch()) {
        FixedSizeBinaryVector vector =
            (FixedSizeBinaryVector) reader.getVectorSchemaRoot().getVector(LanceCopy.COLUMN);
        long recordBytes = vector.getByteWidth();
        MemorySegment values =
            MemorySegment.ofAddress(vector.getDataBuffer().memoryAddress())
                .reinterpret(vector.getValueCount() * recordBytes);
        for (int i = 0; i < vector.getValueCount(); i++, taken++) {
          MemorySegment.copy(
              values,
              i * recordBytes,
              batches.get(taken / list.batchSize()),
              taken % list.batchSize() * recordBytes,
              recordBytes);
        }
      }
    }
    if (taken != rows.size()) {
      throw new IOException("expected %d records, found %d".formatted(rows.size(), taken));
    }
    return new Taken(firstBatch, batches);
  }

  @Override
  public void close() throws IOException {
    threads.close();
    dataset.close();
    allocator.close();
    arena.close();
  }
}

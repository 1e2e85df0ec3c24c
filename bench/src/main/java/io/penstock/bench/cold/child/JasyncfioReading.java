package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import one.jasyncfio.AsyncFile;
import one.jasyncfio.EventExecutor;
import one.jasyncfio.OpenOption;

/**
 * jasyncfio: io_uring from Java over JNI, one future per read, its own thread for completions.
 *
 * <p>Parameters: {@code depth} (reads in flight), {@code io=direct|buffered}, {@code alignment} of
 * direct reads, {@code op=read|readv}. It sends plain reads of files opened DIRECT to a polled
 * ring, which most devices refuse (Operation not supported); vectored reads go to the other ring.
 * One thread submits and keeps {@code depth} reads in flight over batch boundaries; records are
 * copied to their batches where they complete.
 */
final class JasyncfioReading implements ChildReading {
  private static final int BATCHES_AHEAD = 8;

  private final Job job;
  private final Arena arena = Arena.ofShared();
  private final RecordList list;
  private final EventExecutor executor;
  private final AsyncFile file;
  private final BlockingQueue<AlignedRead> idle;
  private final int depth;
  private final boolean isVectored;

  JasyncfioReading(Job job) {
    this.job = job;
    list = job.list(arena);
    depth = job.integer("depth");
    isVectored = job.text("op").equals("readv");
    // At least twice the depth, and a power of two, as it insists on.
    executor =
        EventExecutor.builder().entries(Integer.highestOneBit(Math.max(64, 4 * depth))).build();
    String path = job.file().path().toString();
    file =
        (job.text("io").equals("direct")
                ? AsyncFile.open(path, executor, OpenOption.READ_ONLY, OpenOption.DIRECT)
                : AsyncFile.open(path, executor, OpenOption.READ_ONLY))
            .join();
    idle = new ArrayBlockingQueue<>(depth);
    for (int i = 0; i < depth; i++) {
      idle.add(new AlignedRead(job.integer("alignment"), list.mostBytes()));
    }
  }

  @Override
  public void run(TimedSink sink) throws IOException, InterruptedException {
    int slots = Math.max(BATCHES_AHEAD, 2 * depth / job.batchSize() + 2);
    BatchRing ring = new BatchRing(slots, list, arena);
    Thread submitter = Thread.ofPlatform().start(() -> submit(ring));
    try {
      ring.deliver(sink);
    } finally {
      submitter.join();
      awaitLastReads();
    }
  }

  private void submit(BatchRing ring) {
    try {
      for (long position = ring.claim(); position >= 0; position = ring.claim()) {
        AlignedRead read = idle.take();
        long place = position;
        long offset = read.prepare(list.fileOffset(position), list.bytes(position));
        // Nothing to wait for: failures go to the ring, too.
        var _ =
            start(read.buffer(), offset)
                .whenComplete((count, failure) -> finish(ring, place, read, count, failure));
      }
    } catch (InterruptedException | RuntimeException e) {
      ring.fail(e);
    }
  }

  private CompletableFuture<Integer> start(ByteBuffer buffer, long offset) {
    return isVectored
        ? file.read(new ByteBuffer[] {buffer}, offset, 1)
        : file.read(buffer, offset, buffer.limit());
  }

  private void finish(
      BatchRing ring, long position, AlignedRead read, Integer count, Throwable failure) {
    try {
      if (failure != null) {
        throw new IOException(failure);
      }
      read.copy(count, ring.slot(position), ring.slotOffset(position));
      ring.complete(position);
    } catch (IOException | RuntimeException e) {
      ring.fail(e);
    } finally {
      idle.add(read);
    }
  }

  /** The memory of a read must not be given back before the read has landed in it. */
  private void awaitLastReads() throws IOException, InterruptedException {
    for (int i = 0; i < depth; i++) {
      if (idle.poll(30, TimeUnit.SECONDS) == null) {
        throw new IOException("a read did not return within 30 s");
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close().join();
    try {
      executor.close();
    } catch (Exception e) {
      throw new IOException("jasyncfio could not be closed", e);
    }
    arena.close();
  }
}

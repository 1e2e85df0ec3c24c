package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Positional reads of a FileChannel on a pool of threads: what plain Java offers for random reads.
 *
 * <p>Parameters: {@code threads}, and {@code io=direct|buffered}. Direct reads go to a buffer of
 * the thread and are copied to the batch, since records are not aligned; buffered ones go straight
 * to their place.
 */
final class ChannelReading implements ChildReading {
  private static final int BATCHES_AHEAD = 8;

  private final Job job;
  private final Arena arena = Arena.ofShared();
  private final RecordList list;
  private final FileChannel channel;
  private final boolean isDirect;
  private final int alignment;

  ChannelReading(Job job) throws IOException {
    this.job = job;
    list = job.list(arena);
    isDirect = job.text("io").equals("direct");
    Set<OpenOption> options =
        isDirect
            ? Set.of(StandardOpenOption.READ, directOption())
            : Set.of(StandardOpenOption.READ);
    channel = FileChannel.open(job.file().path(), options);
    // What the JDK insists on for direct reads, even where the device takes less.
    alignment = (int) Files.getFileStore(job.file().path()).getBlockSize();
  }

  /** ExtendedOpenOption.DIRECT, which javac warns of, as it is not part of Java SE. */
  private static OpenOption directOption() throws IOException {
    try {
      return (OpenOption)
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
    } catch (ReflectiveOperationException e) {
      throw new IOException("this JDK has no direct reads", e);
    }
  }

  @Override
  public void run(TimedSink sink) throws IOException, InterruptedException {
    int threadCount = job.integer("threads");
    // Enough batches for all threads to be busy beyond the one that is being delivered.
    int slots = Math.max(BATCHES_AHEAD, 2 * threadCount / job.batchSize() + 2);
    BatchRing ring = new BatchRing(slots, list, arena);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < threadCount; i++) {
      threads.add(Thread.ofPlatform().start(() -> work(ring)));
    }
    try {
      ring.deliver(sink);
    } finally {
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private void work(BatchRing ring) {
    try {
      if (isDirect) {
        readDirect(ring);
      } else {
        readBuffered(ring);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      ring.fail(e);
    }
  }

  private void readDirect(BatchRing ring) throws IOException, InterruptedException {
    AlignedRead read = new AlignedRead(alignment, list.mostBytes());
    for (long position = ring.claim(); position >= 0; position = ring.claim()) {
      long offset = read.prepare(list.fileOffset(position), list.bytes(position));
      int count = channel.read(read.buffer(), offset);
      read.copy(count, ring.slot(position), ring.slotOffset(position));
      ring.complete(position);
    }
  }

  private void readBuffered(BatchRing ring) throws IOException, InterruptedException {
    ByteBuffer[] slots = new ByteBuffer[ring.slotCount()];
    for (long position = ring.claim(); position >= 0; position = ring.claim()) {
      int slot = ring.slotNumber(position);
      if (slots[slot] == null) {
        slots[slot] = ring.slot(position).asByteBuffer();
      }
      int at = Math.toIntExact(ring.slotOffset(position));
      ByteBuffer target = slots[slot].limit(at + (int) list.bytes(position)).position(at);
      long offset = list.fileOffset(position) - at;
      while (target.hasRemaining()) {
        if (channel.read(target, offset + target.position()) < 0) {
          throw new IOException("the file ends before record " + position + " of the list");
        }
      }
      ring.complete(position);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    arena.close();
  }
}

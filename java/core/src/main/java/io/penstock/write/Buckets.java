package io.penstock.write;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.file.DirectChannel;
import io.penstock.internal.os.ThreadLimit;
import io.penstock.internal.partial.WriteFailures;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Scatters records to buckets: files of entries, as {@link RecordView} writes them.
 *
 * <p>What it owns: a block of memory for each bucket and some more, the files, and two threads that
 * write full blocks, past the page cache if the file system allows it. A file ends with a whole
 * page, however much of it is used; the reader knows how many entries there are.
 */
final class Buckets implements RecordSink, AutoCloseable {
  private static final int THREADS = 2;

  private final Path target;
  private final long start;
  private final long bucketRecords;
  private final List<Path> paths = new ArrayList<>();
  private final List<FileChannel> files = new ArrayList<>();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment entry;
  private final BucketBlock[] filling;
  private final long[] writtenBytes;
  private final long[] entryBytes;
  private final BlockingQueue<BucketBlock> free;
  private final BlockingQueue<BucketBlock> full;
  private final List<Thread> threads = new ArrayList<>(THREADS);
  private volatile @Nullable PenstockException failure;

  /** Memory on its way to a place in the file of a bucket. */
  private static final class BucketBlock {
    private final MemorySegment memory;
    private final ByteBuffer bytes;
    private int bucket;
    private int used;
    private int limit;
    private long offset;

    BucketBlock(MemorySegment memory) {
      this.memory = memory;
      this.bytes = memory.asByteBuffer();
    }
  }

  /**
   * Opens the files.
   *
   * @param target what failures are told of
   * @param plan how the memory is used
   * @param start position of the first record
   * @param records how many there are, of positions that follow each other
   * @param paths of the files to be made, one for each bucket
   */
  Buckets(Path target, ShufflePlan plan, long start, long records, List<Path> paths) {
    this.target = target;
    this.start = start;
    this.bucketRecords = Math.ceilDiv(records, paths.size());
    this.paths.addAll(paths);
    int blockBytes = plan.blockBytes(paths.size());
    int blocks = paths.size() + ShufflePlan.SPARE_BLOCKS;
    this.filling = new BucketBlock[paths.size()];
    this.writtenBytes = new long[paths.size()];
    this.entryBytes = new long[paths.size()];
    this.free = new ArrayBlockingQueue<>(blocks);
    this.full = new ArrayBlockingQueue<>(blocks + THREADS);
    try {
      this.entry = arena.allocate(plan.entryBytes(), Long.BYTES);
      MemorySegment memory =
          Platforms.current().memory((long) blocks * blockBytes, true, arena).segment();
      for (int i = 0; i < blocks; i++) {
        free.add(new BucketBlock(memory.asSlice((long) i * blockBytes, blockBytes)));
      }
      for (int i = 0; i < paths.size(); i++) {
        files.add(open(paths.get(i)));
        take(i, firstLimit(i, blockBytes));
      }
    } catch (IOException e) {
      closeFiles();
      arena.close();
      throw WriteFailures.about(target, e);
    } catch (RuntimeException | Error e) {
      closeFiles();
      arena.close();
      throw e;
    }
    try {
      for (int i = 0; i < THREADS; i++) {
        threads.add(
            Thread.ofPlatform().daemon().name("penstock-scatter-" + i).start(this::writeBlocks));
      }
    } catch (OutOfMemoryError e) {
      close(); // One of them may have been started, and waits.
      throw ThreadLimit.named(e);
    }
  }

  private static FileChannel open(Path path) throws IOException {
    FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileChannel direct =
        DirectChannel.openOrNull(path, BlockWriter.FILE_BLOCK_BYTES, StandardOpenOption.WRITE);
    if (direct == null) {
      return file;
    }
    file.close();
    return direct;
  }

  /**
   * All buckets fill up at the same pace. The first blocks are of different sizes, so that they do
   * not all fill up at the same moment and leave the device idle in between.
   */
  private int firstLimit(int bucket, int blockBytes) {
    long limit = (long) blockBytes * (bucket + 1) / paths.size();
    return (int) Math.max(1, limit / BlockWriter.FILE_BLOCK_BYTES) * BlockWriter.FILE_BLOCK_BYTES;
  }

  private void take(int bucket, int limit) {
    BucketBlock block;
    try {
      block = free.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PenstockException.about(
          ErrorKind.INTERRUPTED, target, "the data was not shuffled: interrupted", e);
    }
    block.bucket = bucket;
    block.offset = writtenBytes[bucket];
    block.used = 0;
    block.limit = limit == 0 ? (int) block.memory.byteSize() : limit;
    filling[bucket] = block;
  }

  @Override
  public void accept(RecordView record, long position) {
    long local = position - start;
    int bucket = (int) (local / bucketRecords);
    int inBucket = (int) (local - bucket * bucketRecords);
    long bytes = record.entryBytes();
    BucketBlock block = filling[bucket];
    if (block.limit - block.used >= bytes) {
      record.writeEntry(inBucket, block.memory, block.used);
      block.used += (int) bytes;
    } else if (bytes <= entry.byteSize()) {
      record.writeEntry(inBucket, entry, 0);
      put(bucket, bytes);
    } else {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          target,
          "expected a record of at most %d bytes, found %d: the data was changed meanwhile"
              .formatted(entry.byteSize(), bytes));
    }
    entryBytes[bucket] += bytes;
  }

  /** An entry that goes over the end of a block. */
  private void put(int bucket, long entrySize) {
    long done = 0;
    while (done < entrySize) {
      BucketBlock block = filling[bucket];
      long bytes = Math.min(entrySize - done, block.limit - block.used);
      MemorySegment.copy(entry, done, block.memory, block.used, bytes);
      block.used += (int) bytes;
      done += bytes;
      if (block.used == block.limit) {
        submit(bucket);
        take(bucket, 0);
      }
    }
  }

  private void submit(int bucket) {
    checkFailure();
    BucketBlock block = filling[bucket];
    writtenBytes[bucket] += block.limit;
    filling[bucket] = null;
    full.add(block);
  }

  private void checkFailure() {
    PenstockException known = failure;
    if (known != null) {
      throw WriteFailures.again(known, target);
    }
  }

  private void writeBlocks() {
    try {
      while (true) {
        BucketBlock block = full.take();
        if (block.memory.byteSize() == 0) {
          return;
        }
        try {
          if (failure == null) {
            write(block);
          }
        } catch (IOException e) {
          failure = WriteFailures.about(target, e);
        } catch (RuntimeException | Error e) {
          failure =
              PenstockException.about(
                  ErrorKind.OTHER, target, "the data was not shuffled: " + e, e);
        } finally {
          free.add(block);
        }
      }
    } catch (InterruptedException e) {
      // No other code has these threads, so none can interrupt them.
      failure =
          PenstockException.about(
              ErrorKind.INTERRUPTED, target, "the data was not shuffled: interrupted", e);
    }
  }

  private void write(BucketBlock block) throws IOException {
    ByteBuffer bytes = block.bytes.limit(block.limit).position(0);
    FileChannel file = files.get(block.bucket);
    while (bytes.hasRemaining()) {
      file.write(bytes, block.offset + bytes.position());
    }
  }

  /**
   * Writes what is left, and waits until the system has all.
   *
   * @throws PenstockException if anything could not be written
   */
  void finish() {
    for (int i = 0; i < filling.length; i++) {
      BucketBlock block = filling[i];
      if (block.used > 0) {
        block.limit = (int) BlockWriter.pageOf(block.used + BlockWriter.FILE_BLOCK_BYTES - 1);
        submit(i);
      }
    }
    endThreads();
    checkFailure();
  }

  /** Size of all entries of a bucket, to be asked for at the end. */
  long entryBytes(int bucket) {
    return entryBytes[bucket];
  }

  private void endThreads() {
    threads.forEach(_ -> full.add(new BucketBlock(MemorySegment.NULL)));
    Uninterrupted.join(threads);
    threads.clear();
  }

  private void closeFiles() {
    for (FileChannel file : files) {
      try {
        file.close();
      } catch (IOException e) {
        // The data is on its way all the same; a failed write was reported where it was made.
        failure = failure == null ? WriteFailures.about(target, e) : failure;
      }
    }
  }

  @Override
  public void close() {
    endThreads();
    closeFiles();
    if (arena.scope().isAlive()) {
      arena.close();
    }
    files.clear();
  }
}

package io.penstock.internal.forward;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.file.DirectChannel;
import io.penstock.internal.ffi.NativeLibrary;
import io.penstock.internal.ffi.NativeMemory;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.SelfCheck;
import io.penstock.internal.os.ThreadLimit;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Reads a file from its beginning to its end in large blocks, past the page cache if the file
 * system allows it, with several reads in flight: at the speed of the device, for checks that need
 * the bytes in order.
 *
 * <p>Pages that cannot be read are zeros, and {@link #unreadable} says where they are: whoever
 * compares checksums finds the damage, and goes on behind it. Used by one thread.
 */
public final class ForwardReading implements SelfCheck.CheckedBytes, AutoCloseable {
  private static final int BLOCK_BYTES = 4 << 20;

  /** What is read alone once a block cannot be read: the unit of memory and of most devices. */
  private static final int PAGE_BYTES = 4096;

  private static final int THREADS = 4;

  /** One is in the hands of the caller while the others are filled. */
  private static final int BUFFERS = THREADS + 1;

  private final Path path;
  private final long sizeBytes;
  private final LongConsumer progress;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private final ExecutorService pool;
  private final ByteBuffer[] buffers;
  private final Future<?>[] reads;

  /** Which block each buffer has, or will have once it is read; -1 for none. */
  private final long[] blocks;

  /** The block in the hands of the caller; -1 for none. */
  private long current = -1;

  /** Offsets of chunks of {@link FileChecksums#CHUNK_BYTES}. */
  private final ConcurrentSkipListSet<Long> unreadable = new ConcurrentSkipListSet<>();

  private ForwardReading(Path path, FileChannel channel, long sizeBytes, LongConsumer progress) {
    this.path = path;
    this.channel = channel;
    this.sizeBytes = sizeBytes;
    this.progress = progress;
    int count = Math.clamp(Math.ceilDiv(sizeBytes, BLOCK_BYTES), 1, BUFFERS);
    long bytes = Math.clamp(Math.ceilDiv(sizeBytes, PAGE_BYTES) * PAGE_BYTES, 1, BLOCK_BYTES);
    var memory = NativeMemory.allocate(bytes * count, count > 1, arena).segment();
    this.buffers = new ByteBuffer[count];
    this.reads = new Future<?>[count];
    this.blocks = new long[count];
    for (int i = 0; i < count; i++) {
      buffers[i] = memory.asSlice(i * bytes, bytes).asByteBuffer();
      blocks[i] = -1;
    }
    this.pool =
        Executors.newFixedThreadPool(
            Math.min(count, THREADS),
            Thread.ofPlatform().daemon().name("penstock-checksum-", 0).factory());
  }

  /**
   * Opens a file.
   *
   * @param path a regular file
   * @param progress is told how far the reading has come, in bytes
   * @return the reading, to be closed
   * @throws PenstockException if the file cannot be opened
   */
  public static ForwardReading open(Path path, LongConsumer progress) {
    NativeLibrary.load();
    try {
      long size = Files.size(LocalFiles.check(path));
      FileChannel direct = DirectChannel.openOrNull(path, PAGE_BYTES, StandardOpenOption.READ);
      return new ForwardReading(
          path,
          direct == null ? FileChannel.open(path, StandardOpenOption.READ) : direct,
          size,
          progress);
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public ByteBuffer at(long position) {
    long block = position / BLOCK_BYTES;
    int slot = (int) (block % buffers.length);
    if (block != current) {
      startFrom(block);
      await(slot);
      current = block;
      progress.accept(Math.min(sizeBytes, (block + 1) * BLOCK_BYTES));
    }
    int within = (int) (position - block * BLOCK_BYTES);
    int bytes = (int) Math.min(BLOCK_BYTES, sizeBytes - block * BLOCK_BYTES);
    return buffers[slot].duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(bytes).position(within);
  }

  /** Has the block and those behind it read, as far as there are buffers. */
  private void startFrom(long block) {
    long end = Math.min(block + buffers.length, Math.ceilDiv(sizeBytes, BLOCK_BYTES));
    for (long next = block; next < end; next++) {
      int slot = (int) (next % buffers.length);
      if (blocks[slot] != next) {
        if (reads[slot] != null) {
          await(slot);
        }
        long wanted = next;
        blocks[slot] = next;
        reads[slot] = submit(() -> read(buffers[slot].duplicate(), wanted * BLOCK_BYTES));
      }
    }
  }

  private Future<?> submit(Runnable read) {
    try {
      return pool.submit(read);
    } catch (OutOfMemoryError e) {
      throw ThreadLimit.named(e);
    }
  }

  private void await(int slot) {
    try {
      reads[slot].get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PenstockException.about(ErrorKind.INTERRUPTED, path, "reading was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PenstockException problem) {
        throw problem;
      }
      throw new IllegalStateException("reading stopped, which it should not", e);
    }
  }

  private void read(ByteBuffer buffer, long offset) {
    try {
      fill(buffer.clear(), offset);
    } catch (IOException e) {
      readPageByPage(buffer, offset);
    }
  }

  /** One bad sector must not hide what is beside it. */
  private void readPageByPage(ByteBuffer buffer, long offset) {
    long end = Math.min(offset + buffer.capacity(), sizeBytes);
    for (long at = offset; at < end; at += PAGE_BYTES) {
      int within = (int) (at - offset);
      try {
        fill(buffer.clear().limit(within + PAGE_BYTES).position(within), at);
      } catch (IOException e) {
        buffer.clear().put(within, new byte[PAGE_BYTES]);
        unreadable.add(at - at % FileChecksums.CHUNK_BYTES);
      }
    }
  }

  /** Up to the limit or the end of the file; requested in whole pages, also at the end. */
  private void fill(ByteBuffer buffer, long offset) throws IOException {
    long start = offset - buffer.position();
    long end = Math.min(start + buffer.limit(), sizeBytes);
    while (start + buffer.position() < end) {
      if (channel.read(buffer, start + buffer.position()) < 0) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED,
            path,
            "expected %d bytes, found fewer: the file was cut short while it was read"
                .formatted(sizeBytes));
      }
    }
  }

  /**
   * What could not be read so far.
   *
   * @return the offsets of chunks of {@link FileChecksums#CHUNK_BYTES}, ascending
   */
  public List<Long> unreadable() {
    return List.copyOf(unreadable);
  }

  @Override
  public void close() {
    pool.close();
    arena.close();
    try {
      channel.close();
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
  }
}

package io.penstock.write;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.os.ThreadLimit;
import io.penstock.internal.partial.WriteFailures;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file in large blocks, several of them in flight, past the page cache if the file system
 * allows it.
 *
 * <p>What it owns: the blocks' memory and the writing threads. The bytes come through {@link
 * BlockStream}s, each of them a run of the file. Only the writing threads touch the file, so that
 * an interrupt of a caller does not close the channel. The pages at the ends of a run are read,
 * changed and written again, so runs may end anywhere, and writers of neighbouring runs do not
 * disturb each other. After a failure nothing more is written, and no thread waits forever.
 */
final class BlockWriter implements AutoCloseable {
  /** Alignment of direct writes, for all file systems with blocks of at most this size. */
  static final int FILE_BLOCK_BYTES = 4096;

  static final long DEFAULT_MEMORY_BYTES = 16 << 20;

  /** Two writes keep a device busy: while one ends, the other is under way. */
  private static final int THREADS = 2;

  /** One is being filled, one waits, and two are being written. */
  static final int BLOCKS = THREADS + 2;

  /** If writes go through the page cache, at most this much of it is dirty. */
  private static final long FLUSH_BYTES = 64 << 20;

  private final Path target;
  private final FileChannel channel;
  private final boolean isDirect;
  private final Arena arena = Arena.ofShared();
  private final List<Thread> threads = new ArrayList<>(THREADS);
  private final BlockingQueue<WriteBlock> free = new ArrayBlockingQueue<>(BLOCKS + 1);
  private final BlockingQueue<WriteBlock> full = new ArrayBlockingQueue<>(BLOCKS + THREADS);
  private final int blockBytes;
  private final AtomicLong unflushedBytes = new AtomicLong();
  private final Object edgeLock = new Object();
  private volatile @Nullable PenstockException failure;
  private volatile boolean isPatient;

  /** A piece of memory that stands for the pages of the file from {@code baseOffset} on. */
  static final class WriteBlock {
    final MemorySegment memory;
    private final ByteBuffer buffer;
    @Nullable BlockStream stream;
    long baseOffset;

    /** The bytes to be written, from and to, in the file. */
    long startOffset;

    long endOffset;

    WriteBlock(MemorySegment memory) {
      this.memory = memory;
      this.buffer = memory.asByteBuffer();
    }

    private ByteBuffer bytes(long start, long end) {
      return buffer.limit((int) (end - baseOffset)).position((int) (start - baseOffset));
    }
  }

  /**
   * Starts the threads.
   *
   * @param target what failures are told of
   * @param channel open for reading and writing, and for as long as this; not closed here
   * @param isDirect whether it goes past the page cache, in whole pages
   * @param memoryBytes for the blocks, at least 64 KiB
   */
  BlockWriter(Path target, FileChannel channel, boolean isDirect, long memoryBytes) {
    this.target = target;
    this.channel = channel;
    this.isDirect = isDirect;
    long pages = Math.min(memoryBytes / BLOCKS, 1 << 30) / FILE_BLOCK_BYTES;
    this.blockBytes = (int) pages * FILE_BLOCK_BYTES;
    try {
      long bytes = (long) BLOCKS * blockBytes + (long) THREADS * FILE_BLOCK_BYTES;
      MemorySegment memory = Platforms.current().memory(bytes, true, arena).segment();
      for (int i = 0; i < BLOCKS; i++) {
        free.add(new WriteBlock(memory.asSlice((long) i * blockBytes, blockBytes)));
      }
      for (int i = 0; i < THREADS; i++) {
        long offset = (long) BLOCKS * blockBytes + (long) i * FILE_BLOCK_BYTES;
        ByteBuffer page = memory.asSlice(offset, FILE_BLOCK_BYTES).asByteBuffer();
        threads.add(
            Thread.ofPlatform()
                .name("penstock-writer-" + i)
                .daemon()
                .unstarted(() -> writeBlocks(page)));
      }
      threads.forEach(Thread::start);
    } catch (OutOfMemoryError e) {
      close(); // One of them may have been started, and waits.
      throw ThreadLimit.named(e);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Begins a run of bytes.
   *
   * @param offset where in the file it begins
   */
  BlockStream stream(long offset) {
    return new BlockStream(this, offset);
  }

  int blockBytes() {
    return blockBytes;
  }

  /** Waits for a block that is free, which becomes the pages around an offset. */
  WriteBlock take(BlockStream stream, long offset) {
    checkFailure();
    WriteBlock block = freeBlock();
    block.stream = stream;
    block.baseOffset = pageOf(offset);
    block.startOffset = offset;
    block.endOffset = offset;
    return block;
  }

  private WriteBlock freeBlock() {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return free.take();
        } catch (InterruptedException e) {
          isInterrupted = true;
          checkPatience(e);
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** From now on a waiting thread waits until the system has all bytes. */
  void ignoreInterrupts() {
    isPatient = true;
  }

  /** To be called when a wait was interrupted. */
  void checkPatience(InterruptedException e) {
    if (!isPatient) {
      throw interrupted(e);
    }
  }

  /** Queues a block to be written and then freed. */
  void submit(WriteBlock block) {
    full.add(block); // There is room for all blocks.
  }

  void giveBack(WriteBlock block) {
    block.stream = null;
    free.add(block);
  }

  void checkFailure() {
    PenstockException known = failure;
    if (known != null) {
      // A new one: the stack of the first is that of another thread.
      throw WriteFailures.again(known, target);
    }
  }

  /** Bytes are not written, so this is reported, as a failure for other threads too. */
  private PenstockException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    PenstockException failed =
        PenstockException.about(
            ErrorKind.INTERRUPTED, target, "the file was not made: interrupted", e);
    fail(failed);
    return failed;
  }

  static long pageOf(long offset) {
    return offset & -FILE_BLOCK_BYTES;
  }

  private void writeBlocks(ByteBuffer page) {
    try {
      while (true) {
        WriteBlock block = full.take();
        if (block.memory.byteSize() == 0) {
          return;
        }
        BlockStream stream = Objects.requireNonNull(block.stream, "stream");
        try {
          if (failure == null) {
            write(block, page);
          }
        } catch (IOException e) {
          fail(WriteFailures.about(target, e));
        } catch (RuntimeException | Error e) {
          fail(PenstockException.about(ErrorKind.OTHER, target, "the file was not made: " + e, e));
        } finally {
          giveBack(block);
          stream.completed();
        }
      }
    } catch (InterruptedException e) {
      fail(interrupted(e)); // No other code has these threads, so none can interrupt them.
    }
  }

  private void fail(PenstockException e) {
    synchronized (edgeLock) {
      if (failure == null) {
        failure = e;
      }
    }
  }

  private void write(WriteBlock block, ByteBuffer page) throws IOException {
    long start = block.startOffset;
    long end = block.endOffset;
    long wholeStart = pageOf(start + FILE_BLOCK_BYTES - 1);
    long wholeEnd = pageOf(end);
    if (start < wholeStart) {
      patch(block, start, Math.min(end, wholeStart), page);
    }
    if (wholeStart < wholeEnd) {
      writeFully(block.bytes(wholeStart, wholeEnd), wholeStart);
    }
    if (wholeEnd < end && wholeStart <= wholeEnd) {
      patch(block, wholeEnd, end, page);
    }
    if (!isDirect && unflushedBytes.addAndGet(end - start) >= FLUSH_BYTES) {
      unflushedBytes.set(0);
      channel.force(false);
    }
  }

  /** Changes a part of a page; one at a time, as two runs may end in the same one. */
  private void patch(WriteBlock block, long start, long end, ByteBuffer page) throws IOException {
    synchronized (edgeLock) {
      long base = pageOf(start);
      page.clear();
      int count = 0;
      while (page.hasRemaining() && count >= 0 && page.position() % FILE_BLOCK_BYTES == 0) {
        count = channel.read(page, base + page.position());
      }
      while (page.hasRemaining()) {
        page.put((byte) 0); // Beyond the end of the file, which the commit cuts off again.
      }
      page.position((int) (start - base)).put(block.bytes(start, end)).clear();
      writeFully(page, base);
    }
  }

  private void writeFully(ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Waits for the threads to end, whatever interrupts that; gives the memory back. */
  @Override
  public void close() {
    threads.forEach(_ -> full.add(new WriteBlock(MemorySegment.NULL)));
    Uninterrupted.join(threads);
    arena.close();
  }
}

package io.penstock.internal.index;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.os.ThreadLimit;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads the next blocks of a file while the last one is looked at: a device is at its full speed
 * only with several requests at once, and the kernel's own readahead stops at every gap.
 *
 * <p>What it owns: its threads and blocks, 4 of 1 MiB. One thread uses it. The file must stay open
 * until it is closed.
 */
final class ReadAhead implements AutoCloseable {
  static final int BLOCK_BYTES = 1 << 20;
  private static final int BLOCKS = 4;

  private static final class ScanBlock {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private long offset;
    private Future<?> reading;

    long end() {
      return offset + bytes.limit();
    }
  }

  private final OpenFile file;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          BLOCKS, Thread.ofPlatform().daemon().name("penstock-scan-", 0).factory());

  /** Of neighbouring blocks, in file order. */
  private final ArrayDeque<ScanBlock> ahead = new ArrayDeque<>(BLOCKS);

  private final ArrayDeque<ScanBlock> free = new ArrayDeque<>(BLOCKS);

  ReadAhead(OpenFile file) {
    this.file = file;
    for (int i = 0; i < BLOCKS; i++) {
      free.add(new ScanBlock());
    }
  }

  /**
   * Fills a buffer, and reads on behind what it was filled with.
   *
   * @param target with room for bytes that the file has
   * @param offset of the first of them; at or a little behind the end of the last ones costs least
   * @param what names the bytes in the message if the file ends before them
   */
  void fill(ByteBuffer target, long offset, String what) {
    long at = offset;
    while (target.hasRemaining()) {
      ScanBlock block = block(at, what);
      int from = (int) (at - block.offset);
      int count = Math.min(target.remaining(), block.bytes.limit() - from);
      target.put(target.position(), block.bytes, from, count);
      target.position(target.position() + count);
      at += count;
    }
    release(at);
    readOn(at, what);
  }

  /** The block that has a byte, read. */
  private ScanBlock block(long at, String what) {
    release(at);
    if (!ahead.isEmpty() && at < ahead.getFirst().offset) {
      release(Long.MAX_VALUE);
    }
    readOn(at, what);
    ScanBlock first = ahead.getFirst();
    await(first);
    return first;
  }

  private void release(long position) {
    while (!ahead.isEmpty() && ahead.getFirst().end() <= position) {
      ScanBlock passed = ahead.removeFirst();
      awaitEnd(passed);
      free.addLast(passed);
    }
  }

  private void readOn(long at, String what) {
    long next = ahead.isEmpty() ? at : ahead.getLast().end();
    while (!free.isEmpty() && next < file.sizeBytes()) {
      ScanBlock block = free.removeFirst();
      block.offset = next;
      block.bytes.clear().limit((int) Math.min(BLOCK_BYTES, file.sizeBytes() - next));
      block.reading =
          submit(() -> file.fillOnOwnThread(block.bytes.duplicate(), block.offset, what));
      ahead.addLast(block);
      next = block.end();
    }
  }

  private Future<?> submit(Runnable read) {
    try {
      return threads.submit(read);
    } catch (OutOfMemoryError e) {
      throw ThreadLimit.named(e);
    }
  }

  private static void await(ScanBlock block) {
    try {
      block.reading.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException problem -> throw problem;
        case Error problem -> throw problem;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED, "interrupted while a file was being scanned", e);
    }
  }

  /** Nobody wants these bytes, nor to know why they could not be read. */
  private static void awaitEnd(ScanBlock block) {
    boolean isInterrupted = false;
    while (!block.reading.isDone()) {
      try {
        block.reading.get();
      } catch (ExecutionException e) {
        break;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for what is being read. */
  @Override
  public void close() {
    release(Long.MAX_VALUE);
    threads.close();
  }
}

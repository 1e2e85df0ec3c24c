package io.penstock.internal.forward;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.DirectChannel;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.SelfCheck;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.os.ThreadLimit;
import java.io.IOException;
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
 * Reads a file from its beginning to its end in blocks, with several reads in flight, at the speed
 * of the device: for checks and scans, which need the bytes in order.
 *
 * <p>A file that is in the page cache comes from there. Others are read past it, if the file system
 * allows it: the kernel takes several times as long to fill pages and copy them, and pages that are
 * read once push out those that are used. Used by one thread.
 *
 * <p>A page that cannot be read damages nothing beside it. Checks see zeros in its place, find the
 * damage, and go on behind it; {@link #unreadable} says where. Scans, which must not take zeros for
 * content, use {@link #readableAt}.
 */
public final class ForwardReading implements SelfCheck.CheckedBytes, AutoCloseable {
  /** Of one file. A fast SSD is at its full speed with 4 MiB in flight. */
  private static final int MOST_READS = 4;

  /** Of one of many files, so that the next block is being read while one is looked at. */
  private static final int FEWEST_READS = 2;

  /** Of all files that are read forward in this process, as long as few are. */
  private static final int READS_OF_PROCESS = 16;

  private final Path path;
  private final long sizeBytes;
  private final LongConsumer progress;
  private final FileChannel channel;

  /** Null where there are no direct reads. */
  private final FileChannel direct;

  private final boolean isDirect;

  private final ExecutorService pool;

  /** Block n of the file is in the one of this number, modulo how many there are. */
  private final ForwardBlock[] blocks;

  /** The block in the hands of the caller; -1 for none. */
  private long current = -1;

  private boolean isClosed;

  /** Offsets of pages. */
  private final ConcurrentSkipListSet<Long> unreadable = new ConcurrentSkipListSet<>();

  private ForwardReading(
      Path path, FileChannel channel, FileChannel direct, long sizeBytes, LongConsumer progress) {
    this.path = path;
    this.channel = channel;
    this.direct = direct;
    this.sizeBytes = sizeBytes;
    this.progress = progress;
    this.isDirect = direct != null && !PageCacheProbe.have(channel, sizeBytes);
    int share = READS_OF_PROCESS / BlockPool.join();
    int reads = Math.clamp(share, FEWEST_READS, MOST_READS);
    // One is in the hands of the caller while the others are filled.
    this.blocks = new ForwardBlock[Math.clamp(blockCount(), 1, reads + 1)];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new ForwardBlock();
    }
    this.pool =
        Executors.newFixedThreadPool(
            Math.min(blocks.length, reads),
            Thread.ofPlatform().daemon().name("penstock-forward-", 0).factory());
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
    try {
      long size = Files.size(LocalFiles.check(path));
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      FileChannel direct =
          DirectChannel.openOrNull(path, ForwardBlock.PAGE_BYTES, StandardOpenOption.READ);
      return new ForwardReading(path, channel, direct, size, progress);
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
  }

  /**
   * The same over open channels, which it closes.
   *
   * @param direct for reads past the page cache, of whole pages; null for none
   */
  static ForwardReading over(
      Path path, FileChannel channel, FileChannel direct, long sizeBytes, LongConsumer progress) {
    return new ForwardReading(path, channel, direct, sizeBytes, progress);
  }

  private long blockCount() {
    return Math.ceilDiv(sizeBytes, ForwardBlock.BYTES);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public ByteBuffer at(long position) {
    ForwardBlock block = block(position);
    return view(block, position, Math.min(sizeBytes, block.offset() + ForwardBlock.BYTES));
  }

  /**
   * The same without bytes that could not be read: it ends before them.
   *
   * @throws PenstockException if the byte at the position could not be read
   */
  public ByteBuffer readableAt(long position) {
    ForwardBlock block = block(position);
    long end = Math.min(sizeBytes, block.offset() + ForwardBlock.BYTES);
    IOException reason = block.reason();
    if (reason == null) {
      return view(block, position, end);
    }
    long readable = block.readableEnd(position, end);
    if (readable == position) {
      throw PenstockException.builder(
              ErrorKinds.of(reason),
              "%s: expected readable bytes at byte %d, found: %s: look for errors of the device (dmesg), and copy the file from elsewhere"
                  .formatted(path, position, SystemReason.of(reason)))
          .path(path)
          .offsetBytes(position)
          .cause(reason)
          .build();
    }
    return view(block, position, readable);
  }

  private static ByteBuffer view(ForwardBlock block, long position, long end) {
    return block
        .memory
        .duplicate()
        .order(ByteOrder.LITTLE_ENDIAN)
        .limit((int) (end - block.offset()))
        .position((int) (position - block.offset()));
  }

  /** The block with a byte, read. */
  private ForwardBlock block(long position) {
    long number = position / ForwardBlock.BYTES;
    ForwardBlock block = blocks[(int) (number % blocks.length)];
    if (number != current) {
      current = -1;
      startFrom(number);
      await(block);
      current = number;
      progress.accept(Math.min(sizeBytes, (number + 1) * ForwardBlock.BYTES));
    }
    return block;
  }

  /** Has the block and those behind it read, as far as there is memory. */
  private void startFrom(long number) {
    long end = Math.min(number + blocks.length, blockCount());
    for (long next = number; next < end; next++) {
      ForwardBlock block = blocks[(int) (next % blocks.length)];
      if (block.number != next) {
        if (block.reading != null) {
          await(block);
        }
        block.begin(next);
        block.reading = submit(() -> read(block));
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

  private void await(ForwardBlock block) {
    try {
      block.reading.get();
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

  private void read(ForwardBlock block) {
    long offset = block.offset();
    long bytes = Math.min(ForwardBlock.BYTES, sizeBytes - offset);
    try {
      fill(isDirect ? direct : channel, block.memory.clear(), offset);
    } catch (IOException e) {
      readPageByPage(block, offset + bytes);
    }
  }

  /** One bad sector must not hide what is beside it, nor a direct read that the device refuses. */
  private void readPageByPage(ForwardBlock block, long end) {
    ByteBuffer memory = block.memory;
    for (long at = block.offset(); at < end; at += ForwardBlock.PAGE_BYTES) {
      int within = (int) (at - block.offset());
      try {
        fill(channel, memory.clear().limit(within + ForwardBlock.PAGE_BYTES).position(within), at);
      } catch (IOException e) {
        memory.clear().put(within, new byte[ForwardBlock.PAGE_BYTES]);
        block.addUnreadable(at, e);
        unreadable.add(at);
      }
    }
  }

  /** Up to the limit or the end of the file; requested in whole pages, also at the end. */
  private void fill(FileChannel from, ByteBuffer buffer, long offset) throws IOException {
    long start = offset - buffer.position();
    long end = Math.min(start + buffer.limit(), sizeBytes);
    while (start + buffer.position() < end) {
      if (from.read(buffer, start + buffer.position()) < 0) {
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
   * @param unitBytes a multiple of 4096
   * @return the offsets of units in which some byte could not be, ascending
   */
  public List<Long> unreadable(long unitBytes) {
    return unreadable.stream().map(page -> page - page % unitBytes).distinct().toList();
  }

  /** Waits for what is being read. */
  @Override
  public void close() {
    if (isClosed) {
      return; // The memory may be another's by now.
    }
    isClosed = true;
    pool.close();
    for (ForwardBlock block : blocks) {
      BlockPool.giveBack(block.memory);
    }
    BlockPool.leave();
    try (direct) {
      channel.close();
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
  }
}

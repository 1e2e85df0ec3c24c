package io.penstock.internal.checksum;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.file.DirectChannel;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.os.ThreadLimit;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Checksums of a file in chunks: the CRC32C of each MiB, from the first byte to the last.
 *
 * <p>Files are read past the page cache if the file system allows it, so that the device itself is
 * checked, with several reads in flight. Stateless; any thread.
 */
public final class FileChecksums {
  /** Bytes of a chunk; the last one of a file may be shorter. */
  public static final int CHUNK_BYTES = 1 << 20;

  /** Marks a chunk that cannot be read. */
  public static final long UNREADABLE = -1;

  private static final int CHUNKS_PER_READ = 4;
  private static final int THREADS = 4;

  private final Path path;
  private final long sizeBytes;
  private final long[] chunks;
  private final AtomicLong nextRead = new AtomicLong();
  private final AtomicLong doneBytes = new AtomicLong();
  private final LongConsumer progress;

  private FileChecksums(Path path, long sizeBytes, LongConsumer progress) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.chunks = new long[Math.toIntExact(Math.ceilDiv(sizeBytes, CHUNK_BYTES))];
    this.progress = progress;
  }

  /**
   * Reads a file and computes the checksums of its chunks.
   *
   * @param path a regular file
   * @param progress called now and then with the number of bytes done, by several threads
   * @return the 32 bits of each chunk, or {@link #UNREADABLE}
   * @throws PenstockException if the file cannot be opened
   */
  public static long[] of(Path path, LongConsumer progress) {
    try {
      FileChecksums file = new FileChecksums(path, Files.size(LocalFiles.check(path)), progress);
      file.run();
      return file.chunks;
    } catch (OutOfMemoryError e) {
      throw ThreadLimit.named(e);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e), path, "the file cannot be read: " + SystemReason.of(e), e);
    }
  }

  /**
   * The same of a file that must be readable from end to end.
   *
   * @param path a regular file
   * @param progress called now and then with the number of bytes done, by several threads
   * @return the 32 bits of each chunk
   * @throws PenstockException if it cannot be read
   */
  public static long[] ofReadable(Path path, LongConsumer progress) {
    long[] chunks = of(path, progress);
    for (int i = 0; i < chunks.length; i++) {
      if (chunks[i] == UNREADABLE) {
        throw PenstockException.about(
            ErrorKind.UNREADABLE,
            path,
            "expected a file that can be read, found an input/output error in the MiB at byte %d:"
                    .formatted((long) i * CHUNK_BYTES)
                + " bring the file back from a copy");
      }
    }
    return chunks;
  }

  private void run() throws IOException {
    int threads = Math.clamp(sizeBytes / CHUNK_BYTES / CHUNKS_PER_READ, 1, THREADS);
    try (FileChannel channel = open();
        Arena arena = Arena.ofShared();
        ExecutorService pool =
            Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("penstock-checksum-", 0).factory())) {
      long bytes = (long) CHUNKS_PER_READ * CHUNK_BYTES;
      var memory = Platforms.current().memory(bytes * threads, true, arena).segment();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        ByteBuffer buffer = memory.asSlice(i * bytes, bytes).asByteBuffer();
        running.add(pool.submit(() -> work(channel, buffer)));
      }
      for (Future<?> work : running) {
        await(work);
      }
    }
  }

  private void await(Future<?> work) {
    try {
      work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      nextRead.set(Long.MAX_VALUE / 2);
      throw PenstockException.about(ErrorKind.INTERRUPTED, path, "reading was interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading stopped, which it should not", e);
    }
  }

  /**
   * If direct reads do not work, reads through the page cache show what is wrong, if anything is.
   */
  private FileChannel open() throws IOException {
    FileChannel direct = DirectChannel.openOrNull(path, CHUNK_BYTES, StandardOpenOption.READ);
    return direct == null ? FileChannel.open(path, StandardOpenOption.READ) : direct;
  }

  private void work(FileChannel channel, ByteBuffer buffer) {
    CRC32C crc = new CRC32C();
    long readBytes = buffer.capacity();
    long offset;
    while ((offset = nextRead.getAndIncrement() * readBytes) < sizeBytes) {
      int first = (int) (offset / CHUNK_BYTES);
      int last = Math.min(first + CHUNKS_PER_READ, chunks.length);
      try {
        read(channel, buffer.clear(), offset);
        for (int chunk = first; chunk < last; chunk++) {
          chunks[chunk] = crc(crc, buffer, (chunk - first) * CHUNK_BYTES, sizeOf(chunk));
        }
      } catch (IOException e) {
        readOneByOne(channel, buffer, crc, first, last);
      }
      long bytes = Math.min(readBytes, sizeBytes - offset);
      progress.accept(doneBytes.addAndGet(bytes));
    }
  }

  /** One bad sector must be reported for one chunk. */
  private void readOneByOne(
      FileChannel channel, ByteBuffer buffer, CRC32C crc, int first, int last) {
    for (int chunk = first; chunk < last; chunk++) {
      try {
        read(channel, buffer.clear().limit(CHUNK_BYTES), (long) chunk * CHUNK_BYTES);
        chunks[chunk] = crc(crc, buffer, 0, sizeOf(chunk));
      } catch (IOException e) {
        chunks[chunk] = UNREADABLE;
      }
    }
  }

  private int sizeOf(int chunk) {
    return (int) Math.min(CHUNK_BYTES, sizeBytes - (long) chunk * CHUNK_BYTES);
  }

  private static long crc(CRC32C crc, ByteBuffer buffer, int from, int bytes) {
    crc.reset();
    crc.update(buffer.limit(from + bytes).position(from));
    return crc.getValue();
  }

  /** Up to the limit or the end of the file; requested in whole blocks, also at the end. */
  private void read(FileChannel channel, ByteBuffer buffer, long offset) throws IOException {
    long end = Math.min(offset + buffer.limit(), sizeBytes);
    while (offset + buffer.position() < end) {
      int count = channel.read(buffer, offset + buffer.position());
      if (count < 0) {
        throw new IOException("the file was cut short");
      }
    }
  }

  /**
   * The chunks that differ.
   *
   * @param expected checksums
   * @param found checksums of as many chunks
   * @return their numbers, ascending
   */
  public static int[] differing(long[] expected, long[] found) {
    int[] differing = new int[expected.length];
    int count = 0;
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != found[i]) {
        differing[count++] = i;
      }
    }
    return Arrays.copyOf(differing, count);
  }
}

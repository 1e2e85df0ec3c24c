package io.penstock.cli.tune;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * A file of incompressible bytes, to measure a device with.
 *
 * <p>It owns the file: deletes it when it is closed, or when a signal ends the JVM.
 */
public final class ScratchFile implements AutoCloseable {
  private static final int CHUNK_BYTES = 4 << 20;

  /** Bytes between two syncs, so that progress is real and little waits in memory. */
  private static final long FLUSH_BYTES = 64 << 20;

  /** Space left free for others. */
  private static final long SPARE_BYTES = 64 << 20;

  private static final long SEED = 1;

  private final Path path;
  private final Thread deleter;

  private ScratchFile(Path path) {
    this.path = path;
    this.deleter = Thread.ofPlatform().unstarted(this::deleteQuietly);
    Runtime.getRuntime().addShutdownHook(deleter);
  }

  /**
   * Writes a scratch file.
   *
   * @param directory to make it in
   * @param bytes its size
   * @param progress gets the number of bytes written
   * @return the file, to be closed by the caller
   * @throws IOException if it cannot be made
   */
  public static ScratchFile write(Path directory, long bytes, LongConsumer progress)
      throws IOException {
    checkSpace(directory, bytes);
    ScratchFile file = new ScratchFile(Files.createTempFile(directory, "penstock-tune-", ".tmp"));
    try {
      file.fill(bytes, progress);
      return file;
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static void checkSpace(Path directory, long bytes) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free - SPARE_BYTES < bytes) {
      throw PenstockException.about(
          ErrorKind.RESOURCE_LIMIT,
          directory,
          ("expected %d bytes to be free for a file of %d, found %d: give another directory, or a"
                  + " smaller --size")
              .formatted(bytes + SPARE_BYTES, bytes, free));
    }
  }

  private void fill(long bytes, LongConsumer progress) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (long written = 0; written < bytes; ) {
        chunk.clear();
        while (chunk.hasRemaining()) {
          chunk.putLong(random.nextLong());
        }
        chunk.flip().limit((int) Math.min(CHUNK_BYTES, bytes - written));
        while (chunk.hasRemaining()) {
          written += channel.write(chunk);
        }
        if (written % FLUSH_BYTES == 0) {
          channel.force(false);
        }
        progress.accept(written);
      }
      channel.force(true);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          path,
          "expected to write %d bytes, found: %s: see to the device, or give another directory"
              .formatted(bytes, e.getMessage()),
          e);
    }
  }

  /**
   * Where it is.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /**
   * Deletes it. Idempotent.
   *
   * @throws IOException if that fails
   */
  public void delete() throws IOException {
    Files.deleteIfExists(path);
    try {
      Runtime.getRuntime().removeShutdownHook(deleter);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook will find nothing to do.
      return;
    }
  }

  /** As {@link #delete}. */
  @Override
  public void close() throws IOException {
    delete();
  }

  /** While the JVM ends, a failure cannot be reported. */
  private void deleteQuietly() {
    path.toFile().delete();
  }
}

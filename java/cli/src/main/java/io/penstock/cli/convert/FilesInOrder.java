package io.penstock.cli.convert;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.folder.FolderScan;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads the files of a folder one after another, in their order and in bounded memory.
 *
 * <p>Small files are read ahead by many threads, several at a time; large ones piece by piece when
 * it is their turn. What it owns: the threads, and the files that were read ahead.
 */
public final class FilesInOrder implements AutoCloseable {
  /** Enough to keep a device busy that answers in 0.1 ms. */
  private static final int THREADS = 16;

  /** What one thread reads at once: files of so many bytes together, and so many files. */
  private static final int GROUP_BYTES = 1 << 20;

  private static final int GROUP_FILES = 64;
  private static final int GROUPS_AHEAD = 4 * THREADS;

  /** Takes the files. */
  public interface FilesSink {
    /**
     * A file begins.
     *
     * @param number of the file in the folder
     * @param bytes how large it is
     * @throws IOException if it cannot be taken
     */
    void begin(int number, long bytes) throws IOException;

    /**
     * A piece of the file, all of them together as large as the file; none for an empty file.
     *
     * @param bytes to be used until the call returns
     * @throws IOException if they cannot be taken
     */
    void take(ByteBuffer bytes) throws IOException;
  }

  /** Files that follow each other, which are read together. */
  private record FileGroup(long first, int count, Future<ByteBuffer> bytes) {}

  private final FolderScan files;
  private final Selection selection;
  private final long count;
  private final ArrayDeque<FileGroup> ahead = new ArrayDeque<>();
  private final ExecutorService readers =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("penstock-files-", 0).factory());
  private long next;

  /**
   * For some files of a folder.
   *
   * @param files of the folder
   * @param selection which of them
   */
  public FilesInOrder(FolderScan files, Selection selection) {
    this.files = files;
    this.selection = selection;
    this.count = selection.count(files.fileCount());
  }

  /**
   * How many files there are.
   *
   * @return at least 0
   */
  public long count() {
    return count;
  }

  /**
   * The number of a file in the folder.
   *
   * @param record its place among those that were selected
   * @return its number, from 0 on
   */
  public int number(long record) {
    return Math.toIntExact(selection.start() + record * selection.step());
  }

  private long size(long record) {
    return files.sizeBytes(number(record));
  }

  /**
   * Reads all of them, once.
   *
   * @param sink gets the files, in this thread
   * @throws IOException if the sink cannot take them
   * @throws PenstockException if a file cannot be read, or is not what it was
   */
  public void read(FilesSink sink) throws IOException {
    fill();
    while (!ahead.isEmpty()) {
      FileGroup group = ahead.poll();
      if (group.bytes == null) {
        stream(group.first, sink);
      } else {
        give(group, await(group), sink);
      }
      fill();
    }
  }

  private void fill() {
    while (next < count && ahead.size() < GROUPS_AHEAD) {
      long first = next;
      long bytes = size(next++);
      if (bytes > GROUP_BYTES) {
        ahead.add(new FileGroup(first, 1, null));
        continue;
      }
      while (next < count && next - first < GROUP_FILES && bytes + size(next) <= GROUP_BYTES) {
        bytes += size(next++);
      }
      int all = (int) (next - first);
      int room = (int) bytes;
      ahead.add(new FileGroup(first, all, readers.submit(() -> readAll(first, all, room))));
    }
  }

  private ByteBuffer readAll(long first, int all, int room) {
    ByteBuffer bytes = ByteBuffer.allocate(room);
    for (long i = first; i < first + all; i++) {
      int number = number(i);
      try (FileChannel file = open(number)) {
        bytes.limit(bytes.position() + (int) files.sizeBytes(number));
        readFully(file, bytes, number);
      } catch (IOException e) {
        throw unreadable(number, e);
      }
    }
    return bytes.flip();
  }

  private static ByteBuffer await(FileGroup group) {
    try {
      return group.bytes.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED, "the files were not read: the thread was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PenstockException known) {
        throw known.again();
      }
      throw new IllegalStateException("reading stopped, which it should not", e.getCause());
    }
  }

  private void give(FileGroup group, ByteBuffer bytes, FilesSink sink) throws IOException {
    int all = bytes.limit();
    int at = 0;
    for (long i = group.first; i < group.first + group.count; i++) {
      int size = (int) size(i);
      sink.begin(number(i), size);
      if (size > 0) {
        sink.take(bytes.limit(at + size).position(at));
      }
      at += size;
      bytes.limit(all);
    }
  }

  private void stream(long record, FilesSink sink) throws IOException {
    int number = number(record);
    long left = files.sizeBytes(number);
    sink.begin(number, left);
    ByteBuffer piece = ByteBuffer.allocate(GROUP_BYTES);
    try (FileChannel file = open(number)) {
      while (left > 0) {
        piece.clear().limit((int) Math.min(left, GROUP_BYTES));
        try {
          readFully(file, piece, number);
        } catch (IOException e) {
          throw unreadable(number, e);
        }
        left -= piece.position();
        sink.take(piece.flip());
      }
    }
  }

  private FileChannel open(int number) {
    Path path = files.file(number);
    try {
      FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
      if (file.size() != files.sizeBytes(number)) {
        file.close();
        throw changed(number);
      }
      return file;
    } catch (IOException e) {
      throw unreadable(number, e);
    }
  }

  private void readFully(FileChannel file, ByteBuffer into, int number) throws IOException {
    while (into.hasRemaining()) {
      if (file.read(into) < 0) {
        throw changed(number);
      }
    }
  }

  private PenstockException changed(int number) {
    return PenstockException.about(
        ErrorKind.FILE_CHANGED,
        files.file(number),
        "expected a file of %d bytes, as when the folder was scanned, found another size: try again"
            .formatted(files.sizeBytes(number)));
  }

  private PenstockException unreadable(int number, IOException e) {
    return PenstockException.about(
        ErrorKinds.of(e),
        files.file(number),
        "expected a readable file, found: " + SystemReason.withAdvice(e),
        e);
  }

  @Override
  public void close() {
    readers.shutdownNow();
    readers.close();
  }
}

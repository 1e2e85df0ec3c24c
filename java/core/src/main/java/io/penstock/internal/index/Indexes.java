package io.penstock.internal.index;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.IndexFile.Container;
import io.penstock.internal.report.FailureWords;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Finds the index of a container, or has it made. An index is read once by a process, however many
 * columns are opened; a scan runs once, however many threads ask for it. Thread-safe.
 */
public final class Indexes {
  private static final Map<Path, SoftReference<IndexFile>> KNOWN = new ConcurrentHashMap<>();
  private static final Map<Path, FutureTask<IndexFile>> RUNNING = new ConcurrentHashMap<>();

  private Indexes() {}

  /**
   * The columns of a container. Scans it if it has no index, or one of another state of the file.
   *
   * @param file the container
   * @param scan of its format, whose id begins with the format's name
   * @return its columns
   * @throws PenstockException if the container is damaged, or changes while it is scanned; if the
   *     index can be written nowhere; or if the thread is interrupted while it waits (the scan goes
   *     on, and its index serves the next call)
   */
  public static IndexedContents contents(OpenFile file, Scan scan) {
    Container container = new Container(scan.id(), file.fileBytes(), file.modified());
    String format = scan.id().substring(0, scan.id().indexOf(' '));
    return new IndexedContents(file, format, index(file.path(), scan, container));
  }

  /**
   * Whether a file is the index of a container.
   *
   * @param file any file
   * @return false if it is something else
   * @throws PenstockException if it cannot be read
   */
  public static boolean isIndex(Path file) {
    try {
      return IndexFile.isOne(file);
    } catch (IOException e) {
      throw OpenFile.failure(file, e);
    }
  }

  private static IndexFile index(Path path, Scan scan, Container container) {
    List<Path> places = IndexPlaces.of(path);
    Path key = places.getFirst();
    IndexFile known = known(key);
    if (known != null && known.container().equals(container) && known.isThere()) {
      return known;
    }
    IndexFile index =
        IndexMaker.find(places, container)
            .orElseGet(() -> made(key, new IndexMaker(path, scan, container), places));
    if (!index.container().equals(container)) {
      throw IndexMaker.changed(path); // Another thread has scanned what it is now.
    }
    KNOWN.put(key, new SoftReference<>(index));
    return index;
  }

  private static IndexFile known(Path key) {
    SoftReference<IndexFile> reference = KNOWN.get(key);
    return reference == null ? null : reference.get();
  }

  /** By the thread that is at it already, if there is one. */
  private static IndexFile made(Path key, IndexMaker maker, List<Path> places) {
    FutureTask<IndexFile> task =
        new FutureTask<>(
            () -> {
              try {
                return maker.make(places);
              } finally {
                RUNNING.remove(key); // Before anybody has the result: the next call is of later.
              }
            });
    FutureTask<IndexFile> running = RUNNING.putIfAbsent(key, task);
    if (running == null) {
      running = task;
      Thread.ofPlatform().daemon().name("penstock-index").start(task);
    }
    try {
      return running.get();
    } catch (ExecutionException e) {
      throw FailureWords.stopped(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED, "interrupted while the index %s was being made".formatted(key), e);
    }
  }
}

package io.penstock.internal.index;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.FileLocks;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.IndexFile.Container;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.report.Notices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes the index of one container: scans it, and puts the index into its place.
 *
 * <p>What it owns: that an index appears only when it is complete, and that of many processes that
 * start at once one scans, while the others wait for it. The unfinished file, {@code
 * .NAME.partial}, is locked by whoever writes it; the lock of a killed process is free, and the
 * next one writes the file anew. Where locks do not work, each process makes a file of its own.
 * Runs on a thread that is never interrupted.
 */
final class IndexMaker {
  /** Of what was modified less than this ago, a later change might not be seen by its time. */
  private static final Duration SETTLING = Duration.ofMillis(25);

  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path path;
  private final Scan scan;
  private final Container container;

  IndexMaker(Path path, Scan scan, Container container) {
    this.path = path;
    this.scan = scan;
    this.container = container;
  }

  /** A valid index from one of the places. */
  static Optional<IndexFile> find(List<Path> places, Container container) {
    for (Path place : places) {
      try {
        Optional<IndexFile> index = IndexFile.read(place);
        if (index.isPresent() && index.get().container().equals(container)) {
          return index;
        }
      } catch (IOException e) {
        Notices.warn(
            "%s: expected a readable index, found: %s: it is made again, in another place if it must"
                .formatted(place, SystemReason.of(e)));
      }
    }
    return Optional.empty();
  }

  /**
   * Makes the index, unless another process does so meanwhile.
   *
   * @param places where it may lie
   * @throws PenstockException if the container is damaged, or changes meanwhile
   */
  IndexFile make(List<Path> places) {
    settle();
    try {
      for (Path place : places) {
        checkIsOwn(place);
        if (IndexPlaces.isWritable(place)) {
          return makeIn(place);
        }
      }
      return written(IndexPlaces.ofOwn(path));
    } catch (IOException | UncheckedIOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          path,
          "expected a place where the index of the file can be written, found: %s: name another directory with --index-dir or -D%s"
              .formatted(reason(e), IndexPlaces.PROPERTY),
          e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof UncheckedIOException unchecked
        ? SystemReason.of(unchecked.getCause())
        : SystemReason.of((IOException) e);
  }

  private void settle() {
    Instant modified = container.modified().toInstant();
    Duration age = Duration.between(modified, Instant.now());
    if (!age.isNegative() && age.compareTo(SETTLING) < 0) {
      LockSupport.parkNanos(SETTLING.toNanos());
    }
  }

  private void checkIsOwn(Path place) throws IOException {
    if (Files.exists(place) && !(Files.isRegularFile(place) && IndexFile.isOne(place))) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          place,
          "expected a place for the index of %s, found another file: name another directory with --index-dir or -D%s"
              .formatted(path, IndexPlaces.PROPERTY));
    }
  }

  private IndexFile makeIn(Path place) throws IOException {
    Path unfinished = place.resolveSibling("." + place.getFileName() + ".partial");
    while (true) {
      try (FileChannel file =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        FileLock lock = lockOrNull(file, unfinished);
        if (lock != null) {
          return locked(file, unfinished, place);
        }
      } catch (LocksDoNotWorkException e) {
        return written(place);
      }
      LockSupport.parkNanos(WAIT_NANOS);
    }
  }

  private static final class LocksDoNotWorkException extends IOException {
    private static final long serialVersionUID = 1L;

    LocksDoNotWorkException(IOException cause) {
      super(cause);
    }
  }

  private static FileLock lockOrNull(FileChannel file, Path path) throws LocksDoNotWorkException {
    try {
      return FileLocks.tryLock(file, path);
    } catch (OverlappingFileLockException e) {
      return null; // Of another thread of this process, by another name of the directory.
    } catch (IOException e) {
      throw new LocksDoNotWorkException(e);
    }
  }

  /** The file may be the index that another process has finished since it was opened here. */
  private IndexFile locked(FileChannel file, Path unfinished, Path place) throws IOException {
    Optional<IndexFile> made = find(List.of(place), container);
    if (made.isPresent()) {
      if (file.size() == 0) {
        Files.deleteIfExists(unfinished); // It was made here, after the other had got its name.
      }
      return made.get();
    }
    try {
      file.truncate(0);
      write(file, place.getParent());
      Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (RuntimeException | IOException | Error e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    return readBack(place);
  }

  /** Beside others who may do the same. */
  private IndexFile written(Path place) throws IOException {
    Path unfinished = Files.createTempFile(place.getParent(), ".penstock-index-", ".partial");
    try {
      try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        write(file, place.getParent());
      }
      Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return readBack(place);
  }

  private IndexFile readBack(Path place) throws IOException {
    return find(List.of(place), container)
        .orElseThrow(
            () ->
                PenstockException.about(
                    ErrorKind.FILE_CHANGED,
                    place,
                    "expected the index that was just written, found another: try again"));
  }

  private void write(FileChannel file, Path directory) throws IOException {
    ScanProgress progress = ScanProgress.begin(path, container.bytes());
    try (OpenFile open = OpenFile.open(path);
        FoundColumns found = new FoundColumns(path, directory)) {
      checkUnchanged(open);
      try (ScanInput in = new ScanInput(open, progress::at)) {
        scan.run(in, found);
      }
      try (OpenFile again = OpenFile.open(path)) {
        checkUnchanged(again);
      }
      IndexFile.write(file, container, found);
    } finally {
      progress.end();
    }
  }

  private void checkUnchanged(OpenFile now) {
    if (now.fileBytes() != container.bytes() || !now.modified().equals(container.modified())) {
      throw changed(path);
    }
  }

  static PenstockException changed(Path path) {
    return PenstockException.about(
        ErrorKind.FILE_CHANGED,
        path,
        "expected a file that stays as it is while it is scanned, found that it was modified: open"
            + " it when it is complete");
  }
}

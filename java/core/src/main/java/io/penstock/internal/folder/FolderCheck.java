package io.penstock.internal.folder;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Checks whether a folder is still what its index says: each folder, as new, renamed and removed
 * files modify it, and each file, as it may have been edited in place.
 *
 * <p>It makes one system call for each file, where reading the file makes about five. Where calls
 * take long, as on a network, many run at once. Times are not part of a state: an index that is out
 * of date is made again.
 */
final class FolderCheck {
  /**
   * A file that was modified within one clock tick of being checked may be modified again
   * unnoticed.
   */
  private static final long TICK_NANOS = 20_000_000;

  /** After so long, what was modified before is not recent any more. */
  static final long SETTLING_NANOS = TICK_NANOS + TICK_NANOS / 4;

  /** Fewer files than this are checked one after another: that is as fast as starting threads. */
  private static final int FEW_FILES = 2000;

  private static final int THREADS = 16;

  private final Path folder;
  private final FolderIndexFile index;
  private final AtomicBoolean isChanged = new AtomicBoolean();

  private FolderCheck(Path folder, FolderIndexFile index) {
    this.folder = folder;
    this.index = index;
  }

  /**
   * Checks.
   *
   * @throws PenstockException if the thread is interrupted meanwhile; it stays interrupted
   */
  static boolean isCurrent(Path folder, FolderIndexFile index) {
    FolderCheck check = new FolderCheck(folder, index);
    return check.areFoldersSame() && check.areFilesSame();
  }

  /** Whether a file or folder was modified so shortly before a scan ended that it may be again. */
  static boolean hasRecent(FolderScan listing, long endNanos) {
    return Stream.concat(listing.files().stream(), listing.folders().stream())
        .anyMatch(found -> isRecent(found.modifiedNanos(), listing.startNanos(), endNanos));
  }

  private static boolean isRecent(long modifiedNanos, long startNanos, long endNanos) {
    return modifiedNanos > startNanos - TICK_NANOS && modifiedNanos < endNanos + TICK_NANOS;
  }

  private boolean areFoldersSame() {
    for (int i = 0; i < index.folderCount(); i++) {
      BasicFileAttributes found = attributesOrNull(index.folderName(i));
      long known = index.folderModifiedNanos(i);
      if (found == null || !found.isDirectory() || !isSame(found, known)) {
        return false;
      }
    }
    return true;
  }

  private boolean areFilesSame() {
    int count = index.fileCount();
    if (count <= FEW_FILES) {
      return areFilesSame(0, count);
    }
    List<Callable<Boolean>> parts = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int from = (int) ((long) count * i / THREADS);
      int to = (int) ((long) count * (i + 1) / THREADS);
      parts.add(() -> areFilesSame(from, to));
    }
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("penstock-folder-", 0).factory())) {
      for (Future<Boolean> part : threads.invokeAll(parts)) {
        if (!part.get()) {
          return false;
        }
      }
      return true;
    } catch (ExecutionException e) {
      throw new IllegalStateException("looking at the files of " + folder + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PenstockException.about(
          ErrorKind.INTERRUPTED, folder, "interrupted while its files were looked at", e);
    }
  }

  private boolean areFilesSame(int from, int to) {
    for (int i = from; i < to && !isChanged.get(); i++) {
      BasicFileAttributes found = attributesOrNull(index.fileName(i));
      boolean isSame =
          found != null
              && found.isRegularFile()
              && found.size() == index.sizeBytes(i)
              && isSame(found, index.modifiedNanos(i));
      if (!isSame) {
        isChanged.set(true); // The others need not go on.
      }
    }
    return !isChanged.get();
  }

  private boolean isSame(BasicFileAttributes found, long knownNanos) {
    return !isRecent(knownNanos, index.startNanos(), index.endNanos())
        && FolderScan.modifiedNanos(found) == knownNanos;
  }

  /** Null if it is gone or cannot be examined: scanning the folder says why. */
  private BasicFileAttributes attributesOrNull(byte[] name) {
    try {
      return Files.readAttributes(FileNames.path(folder, name), BasicFileAttributes.class);
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }
}

package io.penstock.internal.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far all scans of this process have come, for whoever shows it.
 *
 * <p>Thread-safe. Sizes count from the moment that a scan is expected, so that several files make
 * one bar.
 */
public final class ScanProgress {
  private static final AtomicLong DONE = new AtomicLong();
  private static final AtomicLong TOTAL = new AtomicLong();
  private static final Set<Object> RUNNING = ConcurrentHashMap.newKeySet();

  /** Sizes of the files that are expected and were not begun. */
  private static final Map<Path, Long> EXPECTED = new ConcurrentHashMap<>();

  private final Object key = new Object();
  private final long bytes;
  private long told;

  private ScanProgress(long bytes) {
    this.bytes = bytes;
  }

  /**
   * All scans together, since the process began.
   *
   * @param doneBytes what was scanned, or jumped over
   * @param totalBytes size of all files that are scanned, or were, or are expected
   * @param running how many are being scanned now
   * @param expected how many more are to be opened, and scanned if they have no valid index
   */
  public record Snapshot(long doneBytes, long totalBytes, int running, int expected) {}

  /** The state of now. */
  public static Snapshot now() {
    long expected = EXPECTED.values().stream().mapToLong(Long::longValue).sum();
    return new Snapshot(DONE.get(), TOTAL.get() + expected, RUNNING.size(), EXPECTED.size());
  }

  /**
   * Files that will be opened one after another: their sizes count from now on, so that what is
   * left can be told before the last one begins.
   *
   * @param files that may have to be scanned
   * @return to be closed when all are open, or none will be any more
   */
  public static Expectation expect(Collection<Path> files) {
    Expectation expectation = new Expectation(files.stream().map(ScanProgress::key).toList());
    for (Path file : expectation.files) {
      try {
        EXPECTED.put(file, Files.size(file));
      } catch (IOException _) {
        // Whoever opens it says what is wrong.
      }
    }
    return expectation;
  }

  private static Path key(Path file) {
    return file.toAbsolutePath().normalize();
  }

  /** Files that are expected. */
  public static final class Expectation implements AutoCloseable {
    private final List<Path> files;

    private Expectation(List<Path> files) {
      this.files = files;
    }

    /** A file is open: if it was not scanned, it counts as if it had been. */
    public void opened(Path file) {
      Long bytes = EXPECTED.remove(key(file));
      if (bytes != null) {
        TOTAL.addAndGet(bytes);
        DONE.addAndGet(bytes);
      }
    }

    @Override
    public void close() {
      files.forEach(EXPECTED::remove);
    }
  }

  /** A scan begins. */
  static ScanProgress begin(Path file, long bytes) {
    ScanProgress progress = new ScanProgress(bytes);
    TOTAL.addAndGet(bytes);
    EXPECTED.remove(key(file));
    RUNNING.add(progress.key);
    return progress;
  }

  /** A scan has come to a place. */
  void at(long position) {
    DONE.addAndGet(position - told);
    told = position;
  }

  /** A scan has ended, well or not. */
  void end() {
    at(bytes);
    RUNNING.remove(key);
  }
}

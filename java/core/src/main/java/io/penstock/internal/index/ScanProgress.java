package io.penstock.internal.index;

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
   * @param totalBytes size of all files that are scanned, or were
   * @param running how many are being scanned now
   */
  public record Snapshot(long doneBytes, long totalBytes, int running) {}

  /** The state of now. */
  public static Snapshot now() {
    return new Snapshot(DONE.get(), TOTAL.get(), RUNNING.size());
  }

  /** A scan begins. */
  static ScanProgress begin(long bytes) {
    ScanProgress progress = new ScanProgress(bytes);
    TOTAL.addAndGet(bytes);
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

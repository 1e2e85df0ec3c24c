package io.penstock.internal.report;

import io.penstock.error.PenstockException;
import java.lang.ref.Cleaner;
import java.util.concurrent.locks.LockSupport;

/**
 * Reports objects that became unreachable without being closed, once each, as a warning of logger
 * {@code io.penstock}.
 *
 * <p>What it owns: the thread that waits for the garbage collector, one for the whole process. An
 * action must be quick, and must not refer to what it is about, or that never becomes unreachable.
 */
public final class LeakReports {
  private static final long LEAST_PAUSE_NANOS = 100_000_000;
  private static final long MOST_PAUSE_NANOS = 60_000_000_000L;
  private static final Cleaner CLEANER = Cleaner.create();

  private LeakReports() {}

  /** An object that is watched. */
  public static final class Watch {
    private final Forgotten forgotten;
    private final Cleaner.Cleanable cleanable;

    private Watch(Object owner, Runnable action) {
      this.forgotten = new Forgotten(action);
      this.cleanable = CLEANER.register(owner, forgotten);
    }

    /** The object was closed: there is nothing to report. Idempotent; any thread. */
    public void end() {
      forgotten.action = null;
      cleanable.clean();
    }
  }

  private static final class Forgotten implements Runnable {
    private volatile Runnable action;

    Forgotten(Runnable action) {
      this.action = action;
    }

    @Override
    public void run() {
      Runnable last = action;
      if (last != null) {
        last.run();
      }
    }
  }

  /**
   * Runs an action when an object becomes unreachable.
   *
   * @param owner the object
   * @param action called once, on another thread, unless the watch was ended before
   * @return the watch
   */
  public static Watch watch(Object owner, Runnable action) {
    return new Watch(owner, action);
  }

  /**
   * Closes something in the background, and tries again until nothing uses it any more.
   *
   * @param close throws IllegalStateException as long as something does
   */
  public static void closeLater(Runnable close) {
    Thread.ofPlatform()
        .daemon()
        .name("penstock-closer")
        .inheritInheritableThreadLocals(false)
        .start(() -> closeAtLast(close));
  }

  private static void closeAtLast(Runnable close) {
    long pauseNanos = LEAST_PAUSE_NANOS;
    boolean isClosed = false;
    while (!isClosed) {
      try {
        close.run();
        isClosed = true;
      } catch (IllegalStateException e) {
        LockSupport.parkNanos(pauseNanos);
        pauseNanos = Math.min(2 * pauseNanos, MOST_PAUSE_NANOS);
      } catch (PenstockException e) {
        Warnings.warn("what was forgotten could not be closed: " + e.getMessage(), e);
        isClosed = true;
      }
    }
  }
}

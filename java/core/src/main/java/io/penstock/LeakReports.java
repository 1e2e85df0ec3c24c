package io.penstock;

import java.lang.ref.Cleaner;

/**
 * Reports what became unreachable without being closed, once, as a warning of logger {@code
 * io.penstock}.
 *
 * <p>What it owns: the thread that waits for the garbage collector, one for the whole process. An
 * action must be quick, and must not refer to what it is about, or that never becomes unreachable.
 */
final class LeakReports {
  private static final Cleaner CLEANER = Cleaner.create();

  private LeakReports() {}

  /** An object that is watched. */
  static final class Watch {
    private final Forgotten forgotten;
    private final Cleaner.Cleanable cleanable;

    private Watch(Object owner, Runnable action) {
      this.forgotten = new Forgotten(action);
      this.cleanable = CLEANER.register(owner, forgotten);
    }

    /** It was closed: there is nothing to report. Idempotent; any thread. */
    void end() {
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
   * Has something done when an object becomes unreachable.
   *
   * @param owner the object
   * @param action called once, on another thread, unless the watch was ended before
   * @return the watch
   */
  static Watch watch(Object owner, Runnable action) {
    return new Watch(owner, action);
  }
}

package io.penstock.internal.dataset;

/**
 * Asks now and then whether the files are still those that were opened.
 *
 * <p>A file that is replaced or cut short while an epoch runs must not go unnoticed: it is asked
 * for before an epoch's first and last batch, and about once a second in between. Of one thread.
 */
public final class SourceCheck {
  private static final long PERIOD_NANOS = 1_000_000_000;

  private final Runnable check;
  private long lastNanos;

  /**
   * Makes a check.
   *
   * @param check throws PenstockException if a file has changed
   */
  public SourceCheck(Runnable check) {
    this.check = check;
  }

  public void now() {
    lastNanos = System.nanoTime();
    check.run();
  }

  public void nowAndThen() {
    if (System.nanoTime() - lastNanos >= PERIOD_NANOS) {
      now();
    }
  }
}

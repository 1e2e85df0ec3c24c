package io.penstock.internal.dataset;

/**
 * Checks from time to time that the files are still the ones that were opened.
 *
 * <p>It checks before the first and the last batch of an epoch and about once a second in between,
 * so a file that is replaced or cut short does not go unnoticed. Of one thread.
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

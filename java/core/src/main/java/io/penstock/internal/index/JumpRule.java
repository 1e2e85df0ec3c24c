package io.penstock.internal.index;

/**
 * When a scan jumps over what it need not read, and when it reads on through it.
 *
 * <p>Reading on costs the bytes, a jump the time of a small read, in which an SSD delivers some
 * hundred KiB and a disk that turns one or two MiB. The mean of what is passed over decides, not
 * each gap by itself: blocks that are being read ahead are in vain after a jump, and a jump now and
 * then ends them all. Only a gap beyond all of them is always jumped over.
 *
 * <p>It changes how fast something is found, never what. Used by one thread.
 */
final class JumpRule {
  static final int LEAST_BYTES = 256 << 10;
  static final int LEAST_BYTES_SLOW = 2 << 20;

  /** Twice of what is read ahead. */
  static final int ALWAYS_BYTES = 8 << 20;

  /** What no SSD needs for a small read, and disks that turn need on average. */
  static final long SLOW_NANOS = 3_000_000;

  /** How many of the last gaps and reads count, about. */
  private static final int MEMORY = 16;

  private double meanBytes;
  private double meanNanos;
  private long passes;
  private long reads;

  /** The scan has moved; backwards does not count. */
  void pass(long bytes) {
    if (bytes > 0) {
      meanBytes += (bytes - meanBytes) / Math.min(++passes, MEMORY);
    }
  }

  /** How long a small read took after a jump. */
  void tookNanos(long nanos) {
    meanNanos += (nanos - meanNanos) / Math.min(++reads, MEMORY);
  }

  /**
   * Whether to jump.
   *
   * @param gap bytes between what was read and what is looked at next
   */
  boolean isWorthwhile(long gap) {
    int least = reads >= MEMORY && meanNanos > SLOW_NANOS ? LEAST_BYTES_SLOW : LEAST_BYTES;
    return gap >= ALWAYS_BYTES || (gap >= least && meanBytes >= least);
  }
}

package io.penstock.job;

/** What happens to the last records of an epoch if they do not fill a batch for every process. */
public enum Remainder {
  /**
   * They are divided as evenly as possible; the last batches are short. If there are fewer records
   * than processes, some processes have one batch less; rank 0 never has.
   */
  KEEP,
  /** They are left out, so that all batches are full. Another epoch leaves out other records. */
  DROP,
  /**
   * They are divided as with KEEP, and the last batches are filled up with records that were
   * already delivered. Those are marked, so that an evaluation can count each record once.
   */
  PAD
}

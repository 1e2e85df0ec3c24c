package io.penstock.sampler;

/**
 * What becomes of the last records of an epoch when they do not make a whole batch for every
 * process.
 */
public enum Remainder {
  /**
   * They are dealt out as evenly as can be: the last batches are short. If there are fewer of them
   * than processes, some processes have one batch less; rank 0 never has.
   */
  KEEP,
  /** They are left out, so that all batches are whole. Another epoch has other records there. */
  DROP,
  /**
   * They are dealt out as by KEEP, and all last batches are filled up with records that came
   * already. Those are marked, so that an evaluation can count each record once.
   */
  PAD
}

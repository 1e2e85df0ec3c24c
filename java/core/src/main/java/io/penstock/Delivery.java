package io.penstock;

import io.penstock.internal.dataset.Identity;
import io.penstock.internal.slot.RankShares;
import io.penstock.job.LoaderState;
import org.jspecify.annotations.Nullable;

/**
 * How far the consumer has come, no matter how much was read ahead.
 *
 * <p>The place is three numbers, so that a batch costs no garbage; a state is made of them on
 * request. Thread-safe: a signal handler may ask for the state during training.
 */
final class Delivery {
  /** More batches than any epoch has: the epoch was read to its end. */
  static final long ALL = Long.MAX_VALUE;

  private final RankShares shares;
  private final Identity identity;
  private long epoch;
  private long batches;
  private long records;

  /**
   * Nothing is delivered yet.
   *
   * @param shares what this rank reads of each epoch
   * @param identity of the dataset
   * @param state where the job goes on; null: at the beginning
   */
  Delivery(RankShares shares, Identity identity, @Nullable LoaderState state) {
    this.shares = shares;
    this.identity = identity;
    this.epoch = state == null ? 0 : state.epoch();
  }

  /**
   * Notes how many batches of an epoch have been handed out, counted from where it began, and how
   * many records of the next one.
   */
  synchronized void at(long epoch, long batches, long records) {
    this.epoch = epoch;
    this.batches = batches;
    this.records = records;
  }

  /** The state of the job as of the last batch that was handed out. */
  LoaderState state() {
    String fingerprint = identity.fingerprint(); // May wait for the device; not under the lock.
    synchronized (this) {
      return shares.of(epoch).stateAfter(fingerprint, epoch, batches, records);
    }
  }
}

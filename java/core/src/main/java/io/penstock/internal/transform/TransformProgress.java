package io.penstock.internal.transform;

import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;

/**
 * How far a {@link Transformer} is in its epochs: which batch is to be fed next, and which ones the
 * consumer has had.
 *
 * <p>What it owns: the count of batches that come in pieces. Each piece is fed and delivered by
 * itself; a batch is complete when all of its pieces were delivered. Where batches may overtake
 * each other, all before the oldest job are delivered, and that is what a state may count. Only
 * used under the lock of the transformer.
 */
final class TransformProgress {
  /** None overtakes one that is more than so many batches, or pieces of them, before it. */
  private static final int MOST_OVERTAKEN = 64;

  private final TransformJobs jobs;
  private final boolean isAnyOrder;

  /** The batch that has the first piece that is not delivered. */
  private final BatchCursor missing;

  /** The batch that is to be fed next, and how many of its records were fed in pieces. */
  private final BatchCursor next;

  private int fedRecords;

  /** How many were fed and taken, and taken before this epoch; pieces count. */
  private long fed;

  private long taken;
  private long epochStart;

  TransformProgress(TransformJobs jobs, RankShares shares, boolean isAnyOrder) {
    this.jobs = jobs;
    this.isAnyOrder = isAnyOrder;
    this.missing = new BatchCursor(shares);
    this.next = new BatchCursor(shares);
  }

  /** Goes to the beginning of an epoch. */
  void begin(long epoch, long endEpoch) {
    missing.seek(epoch, endEpoch);
    next.seek(missing);
    fedRecords = 0;
    fed = 0;
    taken = 0;
    epochStart = 0;
  }

  /** Whether none of these epochs was taken yet. */
  boolean isAt(long epoch, long endEpoch) {
    return hasNext(epoch) && taken == epochStart && missing.endEpoch() == endEpoch;
  }

  /** Whether some of an epoch is still to be delivered. */
  boolean hasNext(long epoch) {
    return missing.hasNext() && missing.epoch() == epoch;
  }

  /** The epoch that is being delivered. */
  long epoch() {
    return missing.epoch();
  }

  // ---- feeding --------------------------------------------------------------------------------

  /** Whether another one may be fed now. */
  boolean mayFeed() {
    TransformJob oldest = jobs.oldestOrNull();
    boolean isFarAhead = oldest != null && fed - oldest.sequence >= MOST_OVERTAKEN;
    return next.hasNext() && !(isAnyOrder && isFarAhead);
  }

  /**
   * Whether what was read is to be fed now. Not so when an epoch was left while its last batch was
   * on its way from the pipeline.
   */
  boolean isNext(Slot read) {
    return next.hasNext()
        && read.epoch() == next.epoch()
        && read.firstPlace() == fedRecords
        && read.position() == read.offsets.position(next, fedRecords, 0);
  }

  /** Makes a job of what was read. */
  void feed(Slot read) {
    int fedWithIt = read.isLastPiece() ? 0 : read.endPlace();
    jobs.begin(read, next, fed);
    fedRecords = fedWithIt;
    fed++;
  }

  // ---- delivering -----------------------------------------------------------------------------

  /** The batch to deliver now, or a piece of one; null when it is not there yet. */
  TransformJob finishedOrNull() {
    return jobs.finishedOrNull(missing.epoch(), isAnyOrder);
  }

  /** Whether nothing of its epoch is left when this one is delivered. */
  boolean isLastOfEpoch(TransformJob job) {
    boolean isFed = !next.hasNext() || next.epoch() != missing.epoch();
    return isFed && jobs.isLastOfEpoch(job);
  }

  /** It is with the consumer now. */
  void delivered(TransformJob job, boolean isLast) {
    jobs.delivered(job);
    TransformJob oldest = jobs.oldestOrNull();
    missing.seek(oldest == null ? next : oldest.at);
    taken++;
    epochStart = isLast ? taken : epochStart;
  }

  /** How many batches of the epoch were delivered together with all before them. */
  long completeBatches(long ofTaken) {
    return isWithinEpoch() ? missing.batch() : ofTaken;
  }

  /** How many records of the batch behind these were delivered together with all before them. */
  long completeRecords() {
    if (!isWithinEpoch()) {
      return 0;
    }
    TransformJob oldest = jobs.oldestOrNull();
    return oldest == null ? fedRecords : oldest.slot.firstPlace();
  }

  /** Not so where all of an epoch is delivered: then what was taken is complete. */
  private boolean isWithinEpoch() {
    return missing.hasNext() && taken > epochStart;
  }
}

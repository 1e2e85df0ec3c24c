package io.penstock.internal.slot;

/**
 * Walks over the batches of some epochs in delivery order: which one is next, and where it lies.
 *
 * <p>A batch never crosses the end of its epoch, and an epoch may have no batches. Not thread-safe.
 */
public final class BatchCursor {
  private final RankShares shares;
  private long endEpoch;
  private long epoch;
  private long batch;
  private RankShare share;

  /** A cursor at the end: it has no batch. */
  public BatchCursor(RankShares shares) {
    this.shares = shares;
    this.share = shares.of(0);
  }

  /** Goes to the first batch of an epoch, or of the next one that has any, before endEpoch. */
  public void seek(long epoch, long endEpoch) {
    settle(epoch, shares.areEmpty() ? epoch : endEpoch);
  }

  public void seek(BatchCursor other) {
    epoch = other.epoch;
    batch = other.batch;
    share = other.share;
    endEpoch = other.endEpoch;
  }

  /** Changes everything or, if it throws, nothing. */
  private void settle(long from, long end) {
    long at = from;
    RankShare found = shares.of(at);
    while (at < end && found.batchCount() == 0) {
      at++;
      found = shares.of(at);
    }
    endEpoch = end;
    epoch = at;
    share = found;
    batch = 0;
  }

  public boolean hasNext() {
    return epoch < endEpoch;
  }

  public long epoch() {
    return epoch;
  }

  public long endEpoch() {
    return endEpoch;
  }

  /** Number of the batch in its epoch, or in the rest of it. */
  public long batch() {
    return batch;
  }

  /** The batches of the epoch. */
  public RankShare share() {
    return share;
  }

  public int size() {
    return share.size(batch);
  }

  public boolean isLastOfEpoch() {
    return batch + 1 >= share.batchCount();
  }

  /** Moves on by some batches, or to the end. */
  public void advance(int batches) {
    for (int i = 0; i < batches && hasNext(); i++) {
      if (isLastOfEpoch()) {
        settle(epoch + 1, endEpoch);
      } else {
        batch++;
      }
    }
  }
}

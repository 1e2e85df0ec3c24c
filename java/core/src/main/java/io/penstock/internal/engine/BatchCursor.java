package io.penstock.internal.engine;

/**
 * Walks over the batches of some epochs in delivery order: where the next one starts and how many
 * records it has.
 *
 * <p>Batches do not reach over the end of an epoch: the last one of each may be short. Not
 * thread-safe.
 */
final class BatchCursor {
  private final long epochRecords;
  private final int batchSize;
  private long endEpoch;
  private long epoch;
  private long position;

  /** A cursor at the end: it has no batch. */
  BatchCursor(long epochRecords, int batchSize) {
    this.epochRecords = epochRecords;
    this.batchSize = batchSize;
  }

  /** Goes to the first batch of an epoch; the last is that of epoch endEpoch - 1. */
  void seek(long epoch, long endEpoch) {
    this.epoch = epoch;
    this.position = 0;
    this.endEpoch = epochRecords == 0 ? epoch : endEpoch;
  }

  void seek(BatchCursor other) {
    epoch = other.epoch;
    position = other.position;
    endEpoch = other.endEpoch;
  }

  boolean hasNext() {
    return epoch < endEpoch;
  }

  long epoch() {
    return epoch;
  }

  long endEpoch() {
    return endEpoch;
  }

  long position() {
    return position;
  }

  int size() {
    return (int) Math.min(batchSize, epochRecords - position);
  }

  boolean isLastOfEpoch() {
    return epochRecords - position <= batchSize;
  }

  /** Goes on by some batches, or to the end. */
  void advance(int batches) {
    for (int i = 0; i < batches && hasNext(); i++) {
      if (isLastOfEpoch()) {
        epoch++;
        position = 0;
      } else {
        position += batchSize;
      }
    }
  }
}

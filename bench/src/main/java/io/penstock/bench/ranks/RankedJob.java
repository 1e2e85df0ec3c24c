package io.penstock.bench.ranks;

import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShares;
import io.penstock.job.LoaderState;
import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.sampler.Sampler;

/**
 * A job of many ranks, as their loaders see it.
 *
 * @param order of the records
 * @param worldSize number of ranks
 * @param batchSize records of a batch
 * @param rankBy who gets which record of a step
 */
record RankedJob(Sampler order, int worldSize, int batchSize, RankBy rankBy) {
  /** What is in states instead of the fingerprint of data. */
  private static final String FINGERPRINT = "0123456789abcdef";

  /** The batches of a rank: of all epochs, or of a job that goes on from a state. */
  RankShares shares(int rank, LoaderState state) {
    return RankShares.of(
        new Partition(rank, worldSize, batchSize, Remainder.KEEP, rankBy), order, state);
  }

  /** The state when each rank has taken so many batches, after another state or from the start. */
  LoaderState after(LoaderState state, long batches) {
    return shares(0, state).of(0).stateAfter(FINGERPRINT, 0, batches, 0);
  }

  long stepRecords() {
    return (long) worldSize * batchSize;
  }

  /** Steps of an epoch, the last of which may be smaller. */
  long steps() {
    return Math.ceilDiv(order.positionCount(), stepRecords());
  }

  String way() {
    return rankBy.groupRanks() == 1 ? "by position" : "by place, groups of " + rankBy.groupRanks();
  }
}

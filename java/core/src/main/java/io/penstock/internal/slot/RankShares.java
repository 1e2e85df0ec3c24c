package io.penstock.internal.slot;

import io.penstock.internal.job.Positions;
import io.penstock.job.LoaderState;
import io.penstock.sampler.Sampler;

/**
 * The batches that one process has in each epoch: the same in all epochs, except in the one that
 * was begun by an earlier run, of which only the rest is left.
 *
 * <p>A pure function of partition, sampler and state, so all reading threads and the consumer may
 * ask it at once. It must not keep a place: {@link BatchCursor} does. Immutable.
 */
public final class RankShares {
  private static final long NONE = -1;

  private final RankShare whole;
  private final RankShare rest;
  private final long begunEpoch;

  private RankShares(RankShare whole, RankShare rest, long begunEpoch) {
    this.whole = whole;
    this.rest = rest;
    this.begunEpoch = begunEpoch;
  }

  /**
   * The batches of a job that resumes, or begins.
   *
   * @param partition whose batches
   * @param sampler the order
   * @param state how far the job has come; null if it begins
   * @return the batches of all epochs
   */
  public static RankShares of(Partition partition, Sampler sampler, LoaderState state) {
    RankShare whole = partition.share(sampler);
    if (state == null || state.delivered().length == 0) {
      return new RankShares(whole, whole, NONE);
    }
    return new RankShares(
        whole, partition.share(sampler, Positions.of(state.delivered())), state.epoch());
  }

  /** The batches of an epoch. */
  public RankShare of(long epoch) {
    return epoch == begunEpoch ? rest : whole;
  }

  /** The order whose positions are divided. */
  public Sampler sampler() {
    return whole.sampler();
  }

  /** Whether ranks get their records by place, in groups of several. */
  public boolean isByPlace() {
    return whole.partition().isByPlace();
  }

  /** The most records that the group of this rank takes in a step of any epoch; at least 1. */
  public int mostStepRecords() {
    return Math.max(1, Math.max(whole.stepRecords(0), rest.stepRecords(0)));
  }

  /** The most records that a batch of any epoch has; at least 1. */
  public int mostRecords() {
    return Math.max(1, Math.max(whole.size(0), rest.size(0)));
  }

  /** How many records a whole epoch has for this process. */
  public long epochRecords() {
    long batches = whole.batchCount();
    return batches == 0 ? 0 : (batches - 1) * whole.size(0) + whole.size(batches - 1);
  }

  /** Whether no epoch has a batch; if a whole epoch has none, the rest of one has none either. */
  boolean areEmpty() {
    return whole.batchCount() == 0;
  }
}

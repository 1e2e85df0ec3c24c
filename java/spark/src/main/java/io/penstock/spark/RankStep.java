package io.penstock.spark;

import io.penstock.Batch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of a job, which all ranks make together. At the end of an epoch there may be fewer
 * records than ranks; then some have a step without a batch, so that they can still take part in
 * sums.
 */
public final class RankStep {
  private final long epoch;
  private final long number;
  private final @Nullable Batch batch;

  RankStep(long epoch, long number, @Nullable Batch batch) {
    this.epoch = epoch;
    this.number = number;
    this.batch = batch;
  }

  /**
   * The pass over the data.
   *
   * @return its number, from 0
   */
  public long epoch() {
    return epoch;
  }

  /**
   * The step in this epoch, counted from where this run began it.
   *
   * @return its number, from 0
   */
  public long number() {
    return number;
  }

  /**
   * The records of this rank.
   *
   * @return open until the next step; empty if there are none for it
   */
  public Optional<Batch> batch() {
    return Optional.ofNullable(batch);
  }
}

package io.penstock.spark;

import java.io.Serializable;

/**
 * What each rank of a job does: a loop over its steps.
 *
 * @param <T> what it returns; serializable
 */
@FunctionalInterface
public interface RankFunction<T> extends Serializable {
  /**
   * Trains, as one rank of several that run at the same time.
   *
   * @param context the rank
   * @return what the driver gets from this rank; may be a model
   * @throws Exception ends all ranks
   */
  T run(RankContext context) throws Exception;
}

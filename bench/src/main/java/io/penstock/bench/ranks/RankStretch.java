package io.penstock.bench.ranks;

import java.util.Arrays;
import java.util.SplittableRandom;

/** How much of the data a rank reads by place. */
final class RankStretch {
  private RankStretch() {}

  /**
   * What lies between the first and the last record that a rank of the first group is delivered, in
   * random steps: in parts of what it would be if all stretches were of one size and had no record
   * in common.
   *
   * @return the mean over the ranks; as many as the group has if each rank reads from everywhere
   */
  static double mean(RankedJob job, int steps, long seed) {
    int ranks = Math.min(job.rankBy().groupRanks(), job.worldSize());
    long[] least = new long[ranks];
    long[] most = new long[ranks];
    Arrays.fill(least, Long.MAX_VALUE);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < steps; i++) {
      long step = random.nextLong(1, job.steps() - 1);
      for (int rank = 0; rank < ranks; rank++) {
        try (RankBatch batch = new RankBatch(job, rank, job.after(null, step))) {
          batch.next();
          for (int k = 0; k < batch.size(); k++) {
            least[rank] = Math.min(least[rank], batch.index(k));
            most[rank] = Math.max(most[rank], batch.index(k));
          }
        }
      }
    }
    double sum = 0;
    for (int rank = 0; rank < ranks; rank++) {
      sum += most[rank] - least[rank] + 1.0;
    }
    return sum / job.order().recordCount();
  }
}

package io.penstock.internal.slot;

import io.penstock.internal.job.Positions;
import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.sampler.Sampler;
import java.util.Objects;

/**
 * The part of each epoch that one of several processes reads. Immutable.
 *
 * <p>All processes of a job take batches at the same pace. In each step every one of them takes one
 * batch, so that a step delivers {@code worldSize * batchSize} records of the epoch. The parts of
 * the ranks never overlap, and together they are the epoch; no number has to be divisible by
 * another. After the same number of batches, each rank knows what has been delivered to all of them
 * together: {@link RankShare#deliveredAfter}. So a state saved by any of them is the state of the
 * job, and a job with another number of ranks and another batch size can resume from it.
 *
 * <p>How the records of an epoch are divided among the ranks depends on the sampler alone:
 *
 * <ul>
 *   <li>If any position may lead anywhere ({@link Sampler#windowRecords} is 1), a step takes the
 *       next positions of the order, and each rank takes a run of them. So what has been delivered
 *       is always a prefix of the order: one number.
 *   <li>If records come in windows of whole blocks, that would make every rank read every block. So
 *       each rank takes one long stretch of the order for the whole epoch, and shares only the
 *       windows at the two ends of its stretch with other ranks. A rank that has at least 20
 *       windows reads at most 1.1 times its share of the bytes (2 windows more than its share at
 *       worst, one on average). What has been delivered is then a range for each rank, which a
 *       state lists. A job that resumes with another number of ranks divides what is left of all
 *       stretches, again in stretches. The order of the epoch does not change.
 * </ul>
 *
 * <p>That is ranks by position. By place, the ranks of a group share out among each other what each
 * step gives them by position: sorted by index, and cut into slices of the same sizes. Everything
 * but who gets which record stays the same.
 *
 * @param rank of this process, from 0 up to but not including worldSize
 * @param worldSize number of processes, at least 1
 * @param batchSize records of a batch of each process, at least 1
 * @param remainder what happens to the last records
 * @param rankBy who gets which record of a step
 */
public record Partition(
    int rank, int worldSize, int batchSize, Remainder remainder, RankBy rankBy) {
  /** A place in a step is an int. */
  private static final int MOST_STEP_RECORDS = Integer.MAX_VALUE - 8;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option, its rule and the value
   */
  public Partition {
    Objects.requireNonNull(remainder, "remainder");
    Objects.requireNonNull(rankBy, "rankBy");
    if (worldSize < 1) {
      throw new IllegalArgumentException("worldSize must be at least 1, was " + worldSize);
    }
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank must be from 0 to worldSize - 1 = %d, was %d".formatted(worldSize - 1, rank));
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be at least 1, was " + batchSize);
    }
    long stepRecords = (long) batchSize * Math.min(worldSize, rankBy.groupRanks());
    if (rankBy.groupRanks() > 1 && stepRecords > MOST_STEP_RECORDS) {
      throw new IllegalArgumentException(
          ("batchSize times the ranks of a group by place must be at most %d, was %d: give a"
                  + " smaller rankGroup")
              .formatted(MOST_STEP_RECORDS, stepRecords));
    }
  }

  /**
   * Ranks by position.
   *
   * @param rank of this process
   * @param worldSize number of processes
   * @param batchSize records of a batch of each process
   * @param remainder what happens to the last records
   */
  public Partition(int rank, int worldSize, int batchSize, Remainder remainder) {
    this(rank, worldSize, batchSize, remainder, RankBy.POSITION);
  }

  /** The first rank of the group of this one. */
  public int firstOfGroup() {
    return rank - rank % rankBy.groupRanks();
  }

  /** Number of ranks in the group of this one: only the last group may be smaller. */
  public int groupSize() {
    return Math.min(rankBy.groupRanks(), worldSize - firstOfGroup());
  }

  /**
   * Where in the data this rank begins to warm it: the ranks begin at different places, and by
   * place each begins where its own part does.
   *
   * @return 0 to less than 1
   */
  public double placeShare() {
    return isByPlace() ? (double) (rank - firstOfGroup()) / groupSize() : (double) rank / worldSize;
  }

  /** Whether this rank shares its records by place with others. */
  public boolean isByPlace() {
    return groupSize() > 1;
  }

  /**
   * All of every epoch, for a single process; the last batch may be short.
   *
   * @param batchSize records of a batch, at least 1
   * @return rank 0 of 1, with {@link Remainder#KEEP}
   */
  public static Partition whole(int batchSize) {
    return new Partition(0, 1, batchSize, Remainder.KEEP);
  }

  /**
   * The batches of this rank in an epoch from its beginning.
   *
   * @param sampler the order; its positions are divided in the same way in every epoch
   * @return the batches
   */
  public RankShare share(Sampler sampler) {
    return share(sampler, Positions.NONE);
  }

  /**
   * The batches of this rank in the rest of an epoch.
   *
   * @param sampler the order
   * @param delivered what has been delivered before, by this job or by others
   * @return the batches
   * @throws IllegalArgumentException if more was delivered than the epoch has
   */
  public RankShare share(Sampler sampler, Positions delivered) {
    return new RankShare(this, sampler, delivered);
  }
}

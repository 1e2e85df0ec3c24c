package io.penstock.job;

/**
 * Which records of a step each process of a job gets. In either case the processes together get the
 * same records in each step, in batches of the same sizes, and their states are the same: a job may
 * change from one to the other.
 *
 * <p>{@link #POSITION} deals out the records in the order of the epoch, so each process reads from
 * all of the data. {@link #PLACE} sorts the records of a step by index and gives each process a
 * slice: the first one gets those that lie at the beginning of the data, the last one those at the
 * end. Each process then reads a part of the data of its own, and together they read what a single
 * one would. For orders that come in windows of whole blocks, {@link #POSITION} does that already.
 *
 * <p>A process has to compute the order of its whole group of processes to know its slice.
 * Immutable.
 */
public final class RankBy {
  /** Groups that are larger compute more than they save. */
  private static final int MOST_RANKS = 64;

  /** Each process gets the next positions of the order. */
  public static final RankBy POSITION = new RankBy(1);

  /** Each process gets records that lie together, in groups of at most 64 processes. */
  public static final RankBy PLACE = new RankBy(MOST_RANKS);

  private final int groupRanks;

  private RankBy(int groupRanks) {
    this.groupRanks = groupRanks;
  }

  /**
   * By place, in groups: processes 0 to n - 1 share what they would get by position among each
   * other, and so do the next n. The data is read once for each group. The processes of a machine
   * are a good group, and so are all that a storage system serves.
   *
   * @param groupRanks processes in a group, at least 1; the last group may have fewer. With 1 it is
   *     {@link #POSITION}
   * @return by place
   */
  public static RankBy placeInGroups(int groupRanks) {
    if (groupRanks < 1) {
      throw new IllegalArgumentException("rankGroup must be at least 1, was " + groupRanks);
    }
    return new RankBy(groupRanks);
  }

  /**
   * How many processes share their records by place.
   *
   * @return 1 if they do not
   */
  public int groupRanks() {
    return groupRanks;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RankBy that && groupRanks == that.groupRanks;
  }

  @Override
  public int hashCode() {
    return groupRanks;
  }

  @Override
  public String toString() {
    return groupRanks == 1 ? "position" : "place, in groups of %d".formatted(groupRanks);
  }
}

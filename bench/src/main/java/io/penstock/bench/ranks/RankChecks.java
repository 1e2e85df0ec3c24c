package io.penstock.bench.ranks;

import io.penstock.job.LoaderState;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Whether each record is delivered to one rank, once: of whole steps, of single records, and after
 * a resume. Everything that is not so is an {@link IllegalStateException}. Stateless.
 */
final class RankChecks {
  private RankChecks() {}

  /**
   * Asks all ranks for their batches of a step. Together they must have each of its positions once,
   * in batches whose sizes differ by one at most, each in the order of its positions.
   *
   * @return how many records the step has
   */
  static long step(RankedJob job, long step) {
    long first = step * job.stepRecords();
    long left = Math.min(job.stepRecords(), job.order().positionCount() - first);
    int records = Math.toIntExact(left);
    BitSet seen = new BitSet(records);
    LoaderState state = step == 0 ? null : job.after(null, step);
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int rank = 0; rank < job.worldSize(); rank++) {
      try (RankBatch batch = new RankBatch(job, rank, state)) {
        batch.next();
        least = Math.min(least, batch.size());
        most = Math.max(most, batch.size());
        long before = -1;
        for (int i = 0; i < batch.size(); i++) {
          long offset = job.order().position(0, batch.index(i)) - first;
          check(offset >= 0 && offset < records, job, step, rank, "a record of another step");
          check(offset > before, job, step, rank, "records that are not in order");
          check(!seen.get((int) offset), job, step, rank, "a record that another rank has");
          seen.set((int) offset);
          before = offset;
        }
      }
    }
    check(seen.cardinality() == records, job, step, -1, "records that no rank has");
    check(most - least <= 1, job, step, -1, "batches of " + least + " to " + most + " records");
    return records;
  }

  private static void check(boolean isTrue, RankedJob job, long step, int rank, String found) {
    if (!isTrue) {
      throw new IllegalStateException(
          "step %d %s, rank %d: expected each record once, found %s"
              .formatted(step, job.way(), rank, found));
    }
  }

  /**
   * Looks for random records: the order and its inverse must agree, and of the ranks of the group
   * that takes the record's position, one must have it in that step, once.
   *
   * @return how many ranks were asked
   */
  static long owners(RankedJob job, int samples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long asked = 0;
    for (int i = 0; i < samples; i++) {
      long index = random.nextLong(job.order().recordCount());
      long position = job.order().position(0, index);
      long step = position / job.stepRecords();
      long start = step * job.stepRecords();
      long left = Math.min(job.stepRecords(), job.order().positionCount() - start);
      int byPosition = rankOf(position - start, left, job.worldSize());
      int first = byPosition - byPosition % job.rankBy().groupRanks();
      int end = Math.min(job.worldSize(), first + job.rankBy().groupRanks());
      LoaderState state = step == 0 ? null : job.after(null, step);
      int found = 0;
      for (int rank = first; rank < end; rank++) {
        try (RankBatch batch = new RankBatch(job, rank, state)) {
          batch.next();
          found += batch.count(index);
          asked++;
        }
      }
      check(found == 1, job, step, -1, "record " + index + " " + found + " times");
      check(job.order().index(0, position) == index, job, step, -1, "an order without inverse");
    }
    return asked;
  }

  /** The rank that takes a position of a step of so many records: the first ones take one more. */
  private static int rankOf(long offset, long records, int worldSize) {
    long each = records / worldSize;
    long more = records % worldSize;
    long larger = more * (each + 1);
    return (int) (offset < larger ? offset / (each + 1) : more + (offset - larger) / each);
  }

  /**
   * Asks all ranks of a job that goes on from a state for their first batches: none of their
   * records may have been delivered before, and none be delivered twice.
   *
   * @return how many records
   */
  static long rest(RankedJob job, LoaderState state) {
    long[] positions = new long[Math.toIntExact(job.stepRecords())];
    int count = 0;
    for (int rank = 0; rank < job.worldSize(); rank++) {
      try (RankBatch batch = new RankBatch(job, rank, state)) {
        batch.next();
        for (int i = 0; i < batch.size(); i++) {
          positions[count++] = job.order().position(state.epoch(), batch.index(i));
        }
      }
    }
    Arrays.sort(positions, 0, count);
    long[] delivered = state.delivered();
    int range = 0;
    for (int i = 0; i < count; i++) {
      while (range < delivered.length && delivered[range + 1] <= positions[i]) {
        range += 2;
      }
      boolean isOld = range < delivered.length && positions[i] >= delivered[range];
      boolean isTwice = i > 0 && positions[i] == positions[i - 1];
      check(!isOld && !isTwice, job, 0, -1, "position " + positions[i] + " once more");
    }
    check(count == positions.length, job, 0, -1, count + " records in the first step");
    return count;
  }
}

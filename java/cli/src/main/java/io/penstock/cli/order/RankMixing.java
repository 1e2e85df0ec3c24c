package io.penstock.cli.order;

import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShares;
import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.sampler.Sampler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * How the batches of the ranks of a job mix: those of each rank, and what all ranks together get in
 * a step. From a sample of steps, always the same ones.
 *
 * @param ranks figures of each rank
 * @param union figures of all ranks together
 * @param chanceLabelDiversity what chance would make of the diversity of labels; NaN without labels
 */
record RankMixing(List<BatchFigures> ranks, BatchFigures union, double chanceLabelDiversity) {
  private static final int SAMPLED_RECORDS = 1 << 18;
  private static final int LEAST_STEPS = 8;

  /**
   * Of the batches of a rank, or of steps.
   *
   * @param spread how far apart records of a batch lie, relative to any two records of the epoch
   * @param labelDiversity share of pairs with different labels; NaN without labels
   */
  record BatchFigures(double spread, double labelDiversity) {}

  /**
   * Looks at an epoch.
   *
   * @param label the class of a record; null without labels
   * @throws IllegalArgumentException if an epoch has less than a batch for each rank
   */
  static RankMixing of(
      Sampler sampler,
      int worldSize,
      RankBy rankBy,
      int batchSize,
      long epoch,
      LongUnaryOperator label) {
    long steps = share(sampler, 0, worldSize, rankBy, batchSize).of(epoch).stepCount();
    if (steps == 0 || batchSize < 2) {
      throw new IllegalArgumentException(
          ("worldSize times batchSize must be at most the %d positions of an epoch, and batchSize"
                  + " at least 2, to show ranks, were %d and %d")
              .formatted(sampler.positionCount(), worldSize, batchSize));
    }
    long stepRecords = (long) worldSize * batchSize;
    int wanted = (int) Math.min(steps, Math.max(LEAST_STEPS, SAMPLED_RECORDS / stepRecords));
    Chance chance = Chance.of(sampler, epoch, label);
    long[][] all = new long[wanted][Math.toIntExact(stepRecords)];
    List<BatchFigures> ranks = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      long[][] own = batches(share(sampler, rank, worldSize, rankBy, batchSize), epoch, wanted);
      for (int step = 0; step < wanted; step++) {
        System.arraycopy(own[step], 0, all[step], rank * batchSize, batchSize);
      }
      ranks.add(figures(own, chance, label));
    }
    return new RankMixing(ranks, figures(all, chance, label), chance.differ);
  }

  private static RankShares share(
      Sampler sampler, int rank, int worldSize, RankBy rankBy, int batchSize) {
    Partition partition = new Partition(rank, worldSize, batchSize, Remainder.DROP, rankBy);
    return RankShares.of(partition, sampler, null);
  }

  /** Some batches of a rank, from all of the epoch. */
  private static long[][] batches(RankShares shares, long epoch, int wanted) {
    long[][] batches = new long[wanted][];
    BatchCursor cursor = new BatchCursor(shares);
    cursor.seek(epoch, epoch + 1);
    long steps = cursor.share().stepCount();
    try (Arena arena = Arena.ofConfined()) {
      IndexSource source = IndexSource.of(shares, arena);
      for (int i = 0; i < wanted; i++) {
        long step = i * (steps / wanted);
        while (cursor.batch() < step) {
          cursor.advance((int) Math.min(Integer.MAX_VALUE, step - cursor.batch()));
        }
        batches[i] = new long[cursor.size()];
        source.fill(cursor, MemorySegment.ofArray(batches[i]));
      }
    }
    return batches;
  }

  private static BatchFigures figures(long[][] batches, Chance chance, LongUnaryOperator label) {
    double distance = 0;
    double differ = 0;
    for (long[] batch : batches) {
      double pairs = 0.5 * batch.length * (batch.length - 1);
      differ += label == null ? Double.NaN : differences(batch, label) / pairs;
      Arrays.sort(batch);
      double sum = 0;
      for (int i = 0; i < batch.length; i++) {
        // In ascending order it is the larger of i pairs, and the smaller of all others.
        sum += (2.0 * i - batch.length + 1) * batch[i];
      }
      distance += sum / pairs;
    }
    return new BatchFigures(distance / batches.length / chance.distance, differ / batches.length);
  }

  /** Number of pairs with different labels. */
  private static double differences(long[] batch, LongUnaryOperator label) {
    long[] labels = Arrays.stream(batch).map(label).sorted().toArray();
    double same = 0;
    int start = 0;
    for (int i = 0; i < labels.length; i++) {
      start = labels[i] == labels[start] ? start : i;
      same += i - start;
    }
    return 0.5 * batch.length * (batch.length - 1) - same;
  }

  /** What two records at random positions of the epoch have in common. */
  private record Chance(double distance, double differ) {
    static Chance of(Sampler sampler, long epoch, LongUnaryOperator label) {
      SplittableRandom random = new SplittableRandom(1);
      double distance = 0;
      double differ = 0;
      for (int i = 0; i < SAMPLED_RECORDS; i++) {
        long one = sampler.index(epoch, random.nextLong(sampler.positionCount()));
        long other = sampler.index(epoch, random.nextLong(sampler.positionCount()));
        distance += Math.abs(one - other);
        differ +=
            label == null ? Double.NaN : label.applyAsLong(one) == label.applyAsLong(other) ? 0 : 1;
      }
      return new Chance(distance / SAMPLED_RECORDS, differ / SAMPLED_RECORDS);
    }
  }
}

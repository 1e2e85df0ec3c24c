package io.penstock.sampler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Statistics of orders that are too long to look at as a whole, from stretches of their positions.
 *
 * <p>Among this many records the few that are looked at are as good as drawn with replacement, so
 * that expectations are those of independent draws. As in {@link OrderBattery}, nothing is fitted
 * and seeds are fixed.
 */
final class SampledBattery {
  private static final long[] SIZES = {
    (1L << 31) - 1, (1L << 32) + 1, 1_000_000_000_000L, (1L << 48) - 1, 1L << 48
  };

  private static final int STRETCH = 1 << 16;
  private static final int STRATA = 256;

  private final OrderFamily family;
  private final List<Score> scores = new ArrayList<>();

  private SampledBattery(OrderFamily family) {
    this.family = family;
  }

  static List<Score> run(OrderFamily family) {
    SampledBattery battery = new SampledBattery(family);
    for (long size : SIZES) {
      long side = FeistelNetwork.side(size);
      for (long start : new long[] {0, size / 3, size - STRETCH - side}) {
        String name = "n=%d from %d: ".formatted(size, start);
        long[] records = family.indices(size, 3, 4, start, STRETCH);
        battery.uniformity(name, size, records);
        battery.serialCorrelation(name, size, records);
        battery.differences(name, size, records);
        battery.together(
            name + "a side on", size, records, family.indices(size, 3, 4, start + side, STRETCH));
        battery.together(
            name + "next epoch", size, records, family.indices(size, 3, 5, start, STRETCH));
        battery.together(
            name + "next seed", size, records, family.indices(size, 4, 4, start, STRETCH));
      }
      battery.displacement(size);
    }
    return battery.scores;
  }

  /** Records come from all strata of the file alike, and with all residues. */
  private void uniformity(String name, long size, long[] records) {
    long[] places = new long[STRATA];
    long[] residues = new long[STRATA];
    for (long record : records) {
      places[stratum(record, size, STRATA)]++;
      residues[(int) (record % STRATA)]++;
    }
    scores.add(Score.equalCounts(name + "strata", places));
    scores.add(Score.equalCounts(name + "residues", residues));
  }

  /** The product of two independent uniform variables around 0 has variance 1/144. */
  private void serialCorrelation(String name, long size, long[] records) {
    for (int lag = 1; lag <= 4; lag++) {
      double sum = 0;
      for (int i = lag; i < records.length; i++) {
        sum += (share(records[i], size) - 0.5) * (share(records[i - lag], size) - 0.5);
      }
      scores.add(Score.normal(name + "lag " + lag, sum, 0, (records.length - lag) / 144.0));
    }
  }

  /** Steps that come again: as many as birthdays that are shared, pairs / n. */
  private void differences(String name, long size, long[] records) {
    Set<Long> steps = new HashSet<>();
    for (int i = 1; i < records.length; i++) {
      steps.add(Math.floorMod(records[i] - records[i - 1], size));
    }
    double count = records.length - 1;
    int repeated = records.length - 1 - steps.size();
    scores.add(Score.poisson(name + "repeated steps", repeated, count * (count - 1) / 2 / size));
  }

  private void together(String name, long size, long[] one, long[] other) {
    int strata = 16;
    long[][] table = new long[strata][strata];
    for (int i = 0; i < one.length; i++) {
      table[stratum(one[i], size, strata)][stratum(other[i], size, strata)]++;
    }
    long[] counts = new long[strata * strata];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = table[i / strata][i % strata];
    }
    scores.add(Score.equalCounts(name, counts));
  }

  /** From random positions records move by n / 3 on average; a distance's variance is n^2 / 18. */
  private void displacement(long size) {
    int positions = 20_000;
    double sum = 0;
    for (int i = 0; i < positions; i++) {
      long position = Math.floorMod(FeistelNetwork.mix(i + 1), size);
      sum += Math.abs(family.indices(size, 3, 4, position, 1)[0] - position) / (double) size;
    }
    String name = "n=%d displacement".formatted(size);
    scores.add(Score.normal(name, sum / positions, 1 / 3.0, 1 / 18.0 / positions));
  }

  private static double share(long record, long size) {
    return (double) record / size;
  }

  private static int stratum(long record, long size, int strata) {
    return (int) (share(record, size) * strata);
  }
}

package io.penstock.sampler;

import java.util.ArrayList;
import java.util.List;

/**
 * Statistics that tell a bad shuffle from a uniform one, on whole orders of up to 65,536 records.
 *
 * <p>What it owns: the statistics and what uniform shuffles make of them. Expectations and
 * variances are derived, none is fitted; seeds are fixed, so that a score is the same in every run.
 * It must not know how the orders are made.
 */
final class OrderBattery {
  /**
   * Scores beyond this many standard deviations reject an order. A normal variable is beyond 6 with
   * probability 2.0e-9; over the 2,000 or so scores of a run a uniform shuffle would be rejected
   * with probability 4e-6.
   */
  static final double LIMIT = 6;

  /** Expected count per cell where there are counts: far above the 5 that chi-square asks for. */
  private static final int PER_CELL = 100;

  private static final int LARGE = 1 << 16;
  private static final int STRATA = 256;

  private final OrderFamily family;
  private final List<Score> scores = new ArrayList<>();

  private OrderBattery(OrderFamily family) {
    this.family = family;
  }

  static List<Score> run(OrderFamily family) {
    OrderBattery battery = new OrderBattery(family);
    for (boolean byEpoch : new boolean[] {false, true}) {
      battery.positions(byEpoch);
      battery.pairs(byEpoch);
      battery.wholeOrders(byEpoch);
      battery.parity(byEpoch);
      battery.fixedPoints(byEpoch);
    }
    for (int size : new int[] {10_007, 60_000, LARGE}) {
      for (int draw = 0; draw < 4; draw++) {
        String name = "n=%d draw %d".formatted(size, draw);
        long[] order = battery.draw(size, draw, draw % 2 == 0);
        battery.differences(name, order);
        battery.serialCorrelation(name, order);
        battery.displacement(name, order);
      }
    }
    battery.batches();
    battery.lags();
    battery.neighbours();
    return battery.scores;
  }

  /** The statistics of single positions, which hold for orders that are not uniform as well. */
  static List<Score> positions(OrderFamily family) {
    OrderBattery battery = new OrderBattery(family);
    battery.positions(false);
    battery.positions(true);
    return battery.scores;
  }

  /** Draw i: seeds in a row, or epochs in a row. */
  private long[] draw(int size, int i, boolean byEpoch) {
    return byEpoch ? family.order(size, 7, i) : family.order(size, i, 0);
  }

  /** Which record is at a position: all alike. */
  private void positions(boolean byEpoch) {
    for (int size : new int[] {2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 65, 100}) {
      int[] positions = {0, 1, size / 2, size - 1};
      long[][] counts = new long[positions.length][size];
      for (int i = 0; i < PER_CELL * size; i++) {
        long[] order = draw(size, i, byEpoch);
        for (int p = 0; p < positions.length; p++) {
          counts[p][(int) order[positions[p]]]++;
        }
      }
      for (int p = 0; p < positions.length; p++) {
        scores.add(Score.equalCounts("n=%d position %d".formatted(size, positions[p]), counts[p]));
      }
    }
  }

  /** Which two different records are at two positions: all pairs alike. */
  private void pairs(boolean byEpoch) {
    for (int size : new int[] {4, 5, 9, 16, 17}) {
      int[][] places = {{0, 1}, {0, size - 1}, {size / 2, size / 2 + 1}};
      long[][] counts = new long[places.length][size * (size - 1)];
      for (int i = 0; i < PER_CELL * size * (size - 1); i++) {
        long[] order = draw(size, i, byEpoch);
        for (int p = 0; p < places.length; p++) {
          long first = order[places[p][0]];
          long second = order[places[p][1]];
          counts[p][(int) (first * (size - 1) + (second > first ? second - 1 : second))]++;
        }
      }
      for (int p = 0; p < places.length; p++) {
        scores.add(Score.equalCounts("n=%d pair %d".formatted(size, p), counts[p]));
      }
    }
  }

  /** All n! orders alike. */
  private void wholeOrders(boolean byEpoch) {
    int factorial = 2;
    for (int size = 3; size <= 6; size++) {
      factorial *= size;
      long[] counts = new long[factorial];
      for (int i = 0; i < PER_CELL * factorial; i++) {
        counts[rank(draw(size, i, byEpoch))]++;
      }
      scores.add(Score.equalCounts("n=%d whole orders".formatted(size), counts));
    }
  }

  /** The number of an order among all of them (Lehmer code). */
  private static int rank(long[] order) {
    int rank = 0;
    for (int i = 0; i < order.length; i++) {
      int smaller = 0;
      for (int j = i + 1; j < order.length; j++) {
        smaller += order[j] < order[i] ? 1 : 0;
      }
      rank = rank * (order.length - i) + smaller;
    }
    return rank;
  }

  /** Odd and even permutations alike. */
  private void parity(boolean byEpoch) {
    int draws = 4_000;
    for (int size : new int[] {8, 9, 15, 16, 24, 25, 35, 36, 49, 64, 99, 100, 101}) {
      long odd = 0;
      for (int i = 0; i < draws; i++) {
        odd += (size - cycles(draw(size, i, byEpoch))) % 2;
      }
      scores.add(
          Score.normal("n=%d parity".formatted(size), (double) odd, draws / 2.0, draws / 4.0));
    }
  }

  private static int cycles(long[] order) {
    boolean[] seen = new boolean[order.length];
    int cycles = 0;
    for (int start = 0; start < order.length; start++) {
      cycles += seen[start] ? 0 : 1;
      for (int at = start; !seen[at]; at = (int) order[at]) {
        seen[at] = true;
      }
    }
    return cycles;
  }

  /** Records that stay at their place: one on average, with variance one, whatever the size. */
  private void fixedPoints(boolean byEpoch) {
    int draws = 2_000;
    for (int size : new int[] {10, 100, 1_000}) {
      long fixed = 0;
      for (int i = 0; i < draws; i++) {
        long[] order = draw(size, i, byEpoch);
        for (int place = 0; place < size; place++) {
          fixed += order[place] == place ? 1 : 0;
        }
      }
      scores.add(Score.poisson("n=%d fixed points".formatted(size), fixed, draws));
    }
  }

  /**
   * How many different steps there are from a record to the next, modulo n. Of n - 1 steps thrown
   * into n - 1 possible ones, a share of 1 - 1/e is hit, with variance (1/e - 2/e^2) n (occupancy).
   */
  private void differences(String name, long[] order) {
    int size = order.length;
    boolean[] seen = new boolean[size];
    int distinct = 0;
    for (int i = 1; i < size; i++) {
      int step = (int) Math.floorMod(order[i] - order[i - 1], (long) size);
      distinct += seen[step] ? 0 : 1;
      seen[step] = true;
    }
    double mean = (size - 1) * (1 - 1 / Math.E);
    double variance = size * (1 / Math.E - 2 / Math.E / Math.E);
    scores.add(Score.normal(name + " distinct differences", distinct, mean, variance));
  }

  /** Correlation of records some positions apart: -1/n with variance 1/n. */
  private void serialCorrelation(String name, long[] order) {
    int size = order.length;
    double mean = (size - 1) / 2.0;
    double variance = ((double) size * size - 1) / 12;
    int side = (int) FeistelNetwork.side(size);
    for (int lag : new int[] {1, 2, 3, 4, 5, 64, 256, side - 1, side, side + 1}) {
      double sum = 0;
      for (int i = lag; i < size; i++) {
        sum += (order[i] - mean) * (order[i - lag] - mean);
      }
      double correlation = sum / variance / size;
      scores.add(Score.normal(name + " lag " + lag, correlation, -1.0 / size, 1.0 / size));
    }
  }

  /**
   * How far records move: (n^2 - 1) / 3 in all, near n / 3 each, with variance (n + 1)(2n^2 + 7) /
   * 45 (Spearman's footrule: Diaconis and Graham 1977).
   */
  private void displacement(String name, long[] order) {
    double size = order.length;
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      sum += Math.abs(order[i] - i);
    }
    double variance = (size + 1) * (2 * size * size + 7) / 45;
    scores.add(Score.normal(name + " displacement", sum, (size * size - 1) / 3, variance));
  }

  /** What a batch is made of: its share of every stratum of the file, and of every residue. */
  private void batches() {
    int strata = 16;
    for (int batch : new int[] {64, 256, 1_024}) {
      long[] order = family.order(LARGE, batch, 3);
      long[][] byPlace = new long[LARGE / batch][strata];
      long[][] byResidue = new long[LARGE / batch][strata];
      for (int i = 0; i < LARGE; i++) {
        byPlace[i / batch][(int) (order[i] * strata / LARGE)]++;
        byResidue[i / batch][(int) (order[i] % strata)]++;
      }
      scores.add(Score.independent("strata in batches of " + batch, byPlace));
      scores.add(Score.independent("residues in batches of " + batch, byResidue));
    }
  }

  /**
   * Steps between strata, over all lags up to beyond twice the root of n: networks of few rounds
   * repeat themselves at the length of a half.
   */
  private void lags() {
    long[] order = family.order(LARGE, 1, 1);
    for (int lag = 1; lag <= 600; lag++) {
      long[] places = new long[STRATA];
      long[] residues = new long[STRATA];
      for (int i = lag; i < LARGE; i++) {
        places[(int) ((order[i] / STRATA - order[i - lag] / STRATA) & (STRATA - 1))]++;
        residues[(int) ((order[i] - order[i - lag]) & (STRATA - 1))]++;
      }
      scores.add(steps("strata at lag " + lag, places, LARGE - lag));
      scores.add(steps("residues at lag " + lag, residues, LARGE - lag));
    }
  }

  /** A step within a stratum is a little rarer than others: a record does not come twice. */
  private static Score steps(String name, long[] counts, int total) {
    double sum = 0;
    for (int step = 0; step < STRATA; step++) {
      int others = step == 0 ? STRATA - 1 : STRATA;
      double expected = (double) total * others / (LARGE - 1);
      sum += (counts[step] - expected) * (counts[step] - expected) / expected;
    }
    return Score.chiSquare(name, sum, STRATA - 1);
  }

  /** Orders of neighbouring seeds, epochs and sizes: equal places are as rare as by chance. */
  private void neighbours() {
    int size = 1_000;
    int pairs = 500;
    long[] equal = new long[6];
    for (int i = 0; i < pairs; i++) {
      long[] order = family.order(size, i, i + 1);
      equal[0] += equalPlaces(order, family.order(size, i, i + 2));
      equal[1] += equalPlaces(order, family.order(size, i + 1, i));
      equal[2] += equalPlaces(order, family.order(size, i + 1, i + 1));
      equal[3] += equalPlaces(order, family.order(size, i + 2, i));
      equal[4] += equalPlaces(order, family.order(size, i ^ Long.MIN_VALUE, i + 1));
      equal[5] += equalPlaces(order, family.order(size + 1, i, i + 1));
    }
    String[] names = {"epoch", "seed up, epoch down", "seed", "seed by 2", "sign", "size"};
    for (int i = 0; i < names.length; i++) {
      scores.add(Score.poisson("neighbours by " + names[i], equal[i], pairs));
    }
    long[] order = family.order(LARGE, 5, 5);
    scores.add(together("next epoch", order, family.order(LARGE, 5, 6)));
    scores.add(together("next seed", order, family.order(LARGE, 6, 5)));
    scores.add(together("next seed, epoch before", order, family.order(LARGE, 6, 4)));
  }

  static int equalPlaces(long[] one, long[] other) {
    int equal = 0;
    for (int i = 0; i < Math.min(one.length, other.length); i++) {
      equal += one[i] == other[i] ? 1 : 0;
    }
    return equal;
  }

  /** Where two orders have records at the same position. */
  private static Score together(String name, long[] one, long[] other) {
    int strata = 16;
    long[][] table = new long[strata][strata];
    for (int i = 0; i < LARGE; i++) {
      table[(int) (one[i] * strata / LARGE)][(int) (other[i] * strata / LARGE)]++;
    }
    return Score.independent("together with the " + name, table);
  }
}

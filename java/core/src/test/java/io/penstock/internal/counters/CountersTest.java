package io.penstock.internal.counters;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.statistics.Statistic;
import org.junit.jupiter.api.Test;

/** How figures of several threads, and of several moments, become one. */
class CountersTest {
  private static Counters of(long requests, long peak, long level, long setting) {
    Counters counters = new Counters();
    counters.set(Statistic.REQUESTS, requests);
    counters.set(Statistic.QUEUE_DEPTH_MAX, peak);
    counters.set(Statistic.DEVICE_QUEUE_DEPTH, level);
    counters.set(Statistic.DEVICE_MERGE_GAP, setting);
    return counters;
  }

  private static void check(Counters found, Counters expected) {
    for (Statistic statistic : Statistic.values()) {
      assertThat(found.get(statistic)).as(statistic.name()).isEqualTo(expected.get(statistic));
    }
  }

  @Test
  void threadsAreAddedUpButShareOneMergeGap() {
    Counters sum = of(10, 3, 4, 4096);
    sum.addBeside(of(7, 5, 6, 512));
    check(sum, of(17, 8, 10, 4096));
  }

  @Test
  void overTimeCountersGrowPeaksStayAndTheRestIsAsItIsNow() {
    Counters now = of(10, 3, 4, 512);
    now.addEarlier(of(7, 5, 6, 4096));
    check(now, of(17, 5, 4, 512));
  }

  @Test
  void aDifferenceIsWhatHappenedInBetween() {
    Counters difference = new Counters();
    difference.set(Statistic.STALL, 99);
    difference.setDifference(of(7, 0, 0, 0), of(10, 0, 0, 0));
    check(difference, of(3, 0, 0, 0));
  }

  @Test
  void clearedCountersAreZero() {
    Counters counters = of(1, 2, 3, 4);
    counters.clear();
    check(counters, new Counters());
  }

  @Test
  void figuresAddLatenciesToo() {
    Figures sum = new Figures();
    sum.latencies[3] = 5;
    sum.completions = 5;
    Figures other = new Figures();
    other.latencies[3] = 2;
    other.completions = 2;
    other.counters.set(Statistic.REQUESTS, 2);
    sum.addBeside(other);
    sum.addEarlier(other);
    assertThat(sum.latencies[3]).isEqualTo(9);
    assertThat(sum.completions).isEqualTo(9);
    assertThat(sum.counters.get(Statistic.REQUESTS)).isEqualTo(4);
  }
}

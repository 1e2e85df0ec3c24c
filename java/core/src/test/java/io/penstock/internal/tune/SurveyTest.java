package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is measured how often, and what is made of it. */
final class SurveyTest {
  private static final SurveyPlan PLAN = SurveyPlan.of(784, false, 0);

  @Test
  void theKneeIsWhereMoreDepthStopsToPay() {
    Measurements found = FakeDevice.ssd().survey(PLAN);
    // 32 / 0.45 ms is more than 70,000 a second, and so is all beyond; 16 is half of that.
    assertThat(found.knee(512)).isEqualTo(32);
    assertThat(found.knee(784)).isEqualTo(32);
    assertThat(found.knee(4096)).isEqualTo(32);
    assertThat(found.knee(150_528)).isEqualTo(4);
    assertThat(found.knee(1 << 20)).isEqualTo(1);
    assertThat(found.randomLimit(4096)).isEqualTo(70_000);
    assertThat(found.sequentialLimit()).isEqualTo(1.4e9);
  }

  @Test
  void aRoundMeasuresEveryPointOnceAndRoundsAreInterleaved() {
    FakeDevice device = FakeDevice.ssd();
    Measurements found = device.survey(PLAN);
    int count = PLAN.points().size();
    assertThat(found.rounds()).isEqualTo(PLAN.rounds());
    assertThat(device.log()).hasSize(PLAN.visits());
    for (int round = 0; round < PLAN.rounds(); round++) {
      List<ProbePoint> visited = device.log().subList(round * count, (round + 1) * count);
      assertThat(new HashSet<>(visited)).hasSize(count).containsAll(PLAN.points());
    }
  }

  @Test
  void theMedianOfTheRoundsCounts() {
    ProbePoint point = ProbePoint.random(4096, 1);
    double[] rates = {50, 10, 60, 40, 9000};
    int[] visits = new int[1];
    SurveyPlan plan =
        new SurveyPlan(List.of(4096), List.of(1), List.of(point), 5, 1_000, Long.MAX_VALUE);
    Measurements found = new Survey((_, _) -> rates[visits[0]++], plan, _ -> {}, () -> 0L).run();
    assertThat(found.requestsPerSecond(point)).isEqualTo(50);
    assertThat(found.least(point)).isEqualTo(10);
    assertThat(found.most(point)).isEqualTo(9000);
    assertThat(found.bytesPerSecond(point)).isEqualTo(50 * 4096);
    assertThat(found.spread()).isEqualTo((60 - 40) / 50.0);
  }

  @Test
  void aSlowDeviceGetsFewerRoundsAndNoDepthThatItTakesLongToComeBackFrom() {
    FakeDevice device = FakeDevice.hardDisk();
    Measurements found = device.survey(PLAN);
    assertThat(found.rounds()).isBetween(1, PLAN.rounds() - 1);
    assertThat(device.nanos()).isLessThanOrEqualTo(60_000_000_000L);
    assertThat(found.requestsPerSecond(ProbePoint.random(4096, 64))).isEqualTo(150);
    assertThat(found.requestsPerSecond(ProbePoint.random(4096, 128))).isNaN();
    assertThat(found.knee(4096)).isEqualTo(4);
  }

  @Test
  void whatTheFileIsTooSmallForIsLeftOut() {
    FakeDevice device = FakeDevice.ssd();
    DeviceMeter small =
        (point, nanos) ->
            point.requestBytes() > 100_000 && !point.isSequential()
                ? Double.NaN
                : device.requestsPerSecond(point, nanos);
    Measurements found = new Survey(small, PLAN, _ -> {}, device::nanos).run();
    assertThat(found.hasSize(150_528)).isFalse();
    assertThat(found.knee(150_528)).isZero();
    assertThat(found.randomLimit(150_528)).isNaN();
    assertThat(found.hasSize(4096)).isTrue();
  }

  @Test
  void progressReachesAllVisitsInSteps() {
    List<Integer> seen = new ArrayList<>();
    FakeDevice device = FakeDevice.ssd();
    new Survey(device, PLAN, seen::add, device::nanos).run();
    assertThat(seen).isSorted().doesNotHaveDuplicates().hasSize(PLAN.visits());
    assertThat(seen.getLast()).isEqualTo(PLAN.visits());
  }

  @Test
  void plansKeepToTheirTime() {
    for (boolean isQuick : new boolean[] {false, true}) {
      SurveyPlan plan = SurveyPlan.of(784, isQuick, 0);
      double seconds = plan.visits() * plan.visitNanos() / 1e9;
      assertThat(seconds).isLessThan(isQuick ? 5 : 35);
      assertThat(plan.limitNanos()).isLessThanOrEqualTo((isQuick ? 8 : 50) * 1_000_000_000L);
    }
    assertThat(SurveyPlan.of(0, false, 7).visitNanos()).isEqualTo(1_000_000_000L);
  }

  @Test
  void plansMeasureTheRecordsOfTheFileAmongTheSizes() {
    assertThat(SurveyPlan.of(784, false, 0).sizes())
        .isSorted()
        .contains(784)
        .doesNotHaveDuplicates();
    assertThat(SurveyPlan.of(4096, false, 0).sizes()).isEqualTo(SurveyPlan.of(0, false, 0).sizes());
    assertThat(SurveyPlan.of(0, false, 0).points())
        .doesNotHaveDuplicates()
        .allMatch(
            point ->
                (long) point.requestBytes() * point.queueDepth() <= SurveyPlan.MAX_FLIGHT_BYTES);
  }
}

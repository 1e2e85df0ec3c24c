package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CostModelTest {
  private static final CostModel MODEL = new CostModel(70_000, 1.5e9);
  private static final int GAP_BYTES = 16 << 10;
  private static final int MAX_BYTES = 512 << 10;

  @Test
  void recordsFarApartCostARequestEach() {
    double seconds = MODEL.secondsPerRecord(784, 1_000_000_000, 2048, GAP_BYTES, MAX_BYTES);

    assertThat(seconds).isCloseTo(1 / 70_000.0, within(1e-7));
  }

  @Test
  void aWindowOverAQuarterOfTheFileCostsFourTimesTheBytes() {
    double seconds = MODEL.secondsPerRecord(784, 11_000_000, 2_750_000, GAP_BYTES, MAX_BYTES);

    assertThat(seconds).isCloseTo(4 * 784 / 1.5e9, within(1e-7));
  }

  @Test
  void allRecordsCostTheirBytes() {
    double seconds = MODEL.secondsPerRecord(4096, 1000, 1000, GAP_BYTES, MAX_BYTES);

    assertThat(seconds).isCloseTo(4096 / 1.5e9, within(1e-9));
  }

  @Test
  void largeRecordsAreBoundByBandwidthHoweverFarAheadTheyAreKnown() {
    double few = MODEL.secondsPerRecord(1 << 20, 10_000, 16, GAP_BYTES, MAX_BYTES);
    double many = MODEL.secondsPerRecord(1 << 20, 10_000, 1000, GAP_BYTES, MAX_BYTES);

    assertThat(few / many).isCloseTo(1, within(0.01));
  }

  @Test
  void aLargerWindowNeverCostsMore() {
    double before = Double.MAX_VALUE;
    for (long horizon = 1000; horizon <= 1_000_000; horizon *= 2) {
      double seconds = MODEL.secondsPerRecord(784, 1_000_000, horizon, GAP_BYTES, MAX_BYTES);
      assertThat(seconds).isLessThanOrEqualTo(before * 1.000001);
      before = seconds;
    }
  }
}

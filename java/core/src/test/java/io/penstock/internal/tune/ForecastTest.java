package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.plan.RecordSizes;
import io.penstock.options.Readahead;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What memory brings, for devices that are made up, as {@code tune} and {@code plan} tell it. */
final class ForecastTest {
  private static final int RECORD_BYTES = 784;
  private static final long RECORD_COUNT = 1_000_000;
  private static final SurveyPlan PLAN = SurveyPlan.of(RECORD_BYTES, true, 0);

  private static Forecaster.ForecastSubject shape(Readahead flags) {
    return new Forecaster.ForecastSubject(
        RecordSizes.fixed(List.of((long) RECORD_BYTES)), RECORD_COUNT, 0, 256, flags);
  }

  private static Forecast forecast(FakeDevice device, int part) {
    Measurements found = device.survey(PLAN);
    Tuning tuning = Tuning.of(found, RECORD_BYTES);
    Forecaster.ForecastSubject shape = shape(Readahead.parse(tuning.readahead()));
    try (Forecaster forecaster = Forecaster.of(shape)) {
      return forecaster.with(shape.dataBytes() / part, DeviceFigures.of("made up", found));
    }
  }

  @Test
  void withCellsForAPartOfTheDataASweepKeepsTwiceThatPart() {
    for (int part : new int[] {2, 4, 8}) {
      Forecast forecast = forecast(FakeDevice.ssd(), part);
      assertThat(forecast.isByWindows()).isTrue();
      // Less what cells are short of: spare ones, slots, staging, and what is known of records.
      assertThat(forecast.windowRecords() / 1e6).isBetween(1.4 / part, 2.0 / part);
      double recordsPerSweepSecond = 1.4e9 / RECORD_BYTES;
      assertThat(forecast.recordsPerSecond() / recordsPerSweepSecond)
          .isBetween(1.4 / part, Math.min(1, 2.0 / part));
    }
  }

  @Test
  void theFirstEpochCostsASweepMore() {
    Forecast forecast = forecast(FakeDevice.ssd(), 4);
    double sweepSeconds = 1e6 * RECORD_BYTES / 1.4e9;
    // Its beginning reads fewer of the gaps; records of the head are read beside it.
    assertThat(forecast.firstEpochSeconds() - forecast.epochSeconds())
        .isBetween(0.8 * sweepSeconds, 1.34 * sweepSeconds);
  }

  @Test
  void itIsNeverBelowSingleRequests() {
    for (int part : new int[] {2, 8, 64, 100}) {
      assertThat(forecast(FakeDevice.ssd(), part).recordsPerSecond()).isGreaterThan(69_000);
    }
  }

  @Test
  void aHardDiskGainsMost() {
    // 150 requests a second, and a pass over everything in 5 seconds.
    assertThat(forecast(FakeDevice.hardDisk(), 4).recordsPerSecond()).isGreaterThan(150 * 400);
  }

  @Test
  void tooLittleMemoryIsSaidAndNotAFailure() {
    Forecast forecast = forecast(FakeDevice.ssd(), 1_000_000);
    assertThat(forecast.way()).isEqualTo(ForecastWay.TOO_LITTLE);
    assertThat(forecast.windowRecords()).isZero();
    assertThat(forecast.recordsPerSecond()).isNaN();
    assertThat(forecast.isByWindows()).isFalse();
  }
}

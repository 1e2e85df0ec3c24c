package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.TestArray;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What memory brings, for a device that is made up and a file that is not. */
final class ForecastTest {
  private static final int RECORD_BYTES = 784;
  private static final SurveyPlan PLAN = SurveyPlan.of(RECORD_BYTES, true, 0);

  @TempDir Path directory;

  private Forecast forecast(FakeDevice device, int part) {
    Path path = directory.resolve("x.npy");
    TestArray array =
        path.toFile().exists()
            ? new TestArray(path, 1_000_000, RECORD_BYTES, 128)
            : TestArray.sparse(path, 1_000_000, RECORD_BYTES);
    DeviceProbe.Records records =
        new DeviceProbe.Records(array.dataOffset(), RECORD_BYTES, array.recordCount());
    Measurements found = device.survey(PLAN);
    Tuning tuning = Tuning.of(found, RECORD_BYTES);
    try (DeviceProbe probe = DeviceProbe.open(path, records, PLAN)) {
      long dataBytes = array.recordCount() * RECORD_BYTES;
      return Forecast.of(probe, records, found, tuning, dataBytes / part);
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
    assertThat(1e6 / forecast.firstEpochPerSecond() - 1e6 / forecast.recordsPerSecond())
        .isCloseTo(sweepSeconds, Offset.offset(1e-6));
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
    assertThat(forecast.windowRecords()).isZero();
    assertThat(forecast.recordsPerSecond()).isNaN();
    assertThat(forecast.isByWindows()).isFalse();
  }
}

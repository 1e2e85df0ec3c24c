package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.NamesNativeWays;
import io.penstock.TestArray;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.options.Readahead;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans for data that are not there are those that a loader makes of data that are. */
@NamesNativeWays
final class ForecasterTest {
  private static final DeviceFigures GP3 = DeviceFigures.profile("gp3").orElseThrow();
  private static final String FLAGS = "backend=pread,io=buffered";
  private static final Pattern WINDOW = Pattern.compile("by windows of (\\d+) records");

  @TempDir Path directory;

  private static Forecaster.ForecastSubject shape(long records, Long... bytes) {
    return new Forecaster.ForecastSubject(
        RecordSizes.fixed(List.of(bytes)), records, 0, 256, Readahead.parse(FLAGS));
  }

  private static long window(String reason) {
    Matcher matcher = WINDOW.matcher(reason);
    assertThat(matcher.find()).as(reason).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @ParameterizedTest
  @CsvSource({"784, 1000000, 2", "784, 1000000, 8", "4096, 200000, 4", "100, 3000000, 3"})
  void aLoaderKnowsAsManyRecordsAheadAsForetold(int bytes, long records, int part) {
    Path path = directory.resolve("x.npy");
    TestArray.sparse(path, records, bytes);
    long memory = records * bytes / part;
    try (Dataset dataset = Dataset.open(path);
        Loader loader =
            dataset.loader().readahead(Readahead.parse(FLAGS)).memoryBytes(memory).build();
        Forecaster forecaster = Forecaster.of(shape(records, (long) bytes))) {
      Forecast forecast = forecaster.with(memory, GP3);

      assertThat(forecast.isByWindows()).isTrue();
      // C allocates a little more for a backend with a ring, which a forecast takes for granted.
      assertThat((double) forecast.windowRecords() / window(loader.statistics().method().reason()))
          .isCloseTo(1, within(0.005));
    }
  }

  @Test
  void dataWithoutRoomForALoaderIsTooMuch() {
    try (Forecaster forecaster = Forecaster.of(shape(1_000_000, 784L))) {
      Forecast forecast = forecaster.with(1000, GP3);
      assertThat(forecast.way()).isEqualTo(ForecastWay.TOO_LITTLE);
      assertThat(forecast.recordsPerSecond()).isNaN();
    }
  }

  @Test
  void dataMayBeLargerThanAnyDisk() {
    try (Forecaster forecaster = Forecaster.of(shape(1L << 40, 1L << 20))) {
      Forecast forecast = forecaster.with(1L << 30, GP3);
      assertThat(forecast.way()).isEqualTo(ForecastWay.SINGLE_REQUESTS);
      assertThat(forecast.epochSeconds()).isGreaterThan(1e9);
      assertThat(forecaster.inPageCache(GP3).memoryBytes()).isGreaterThan(1L << 60);
    }
  }

  @Test
  void recordsOfDifferentSizesTakeTheirTablesAndChunks() {
    RecordSizes sizes = new RecordSizes(List.of(new RecordSizes.ColumnSize(784, true)));
    Forecaster.ForecastSubject variable =
        new Forecaster.ForecastSubject(sizes, 1_000_000, 8_000, 256, Readahead.parse(FLAGS));
    try (Forecaster fixed = Forecaster.of(shape(1_000_000, 784L));
        Forecaster forecaster = Forecaster.of(variable)) {
      long memory = 196_000_000;
      double less =
          (double) forecaster.with(memory, GP3).windowRecords()
              / fixed.with(memory, GP3).windowRecords();
      assertThat(less).isBetween(0.8, 0.97);
    }
  }

  @Test
  void memoryIsWorthMoreWhereItMakesWindowsAndADiskWhereNothingElseHelps() {
    try (Forecaster small = Forecaster.of(shape(100_000_000, 784L));
        Forecaster large = Forecaster.of(shape(1_000_000, 1L << 20))) {
      // 75 GiB on a hard disk: at first too little for windows, and then enough.
      DeviceFigures hdd = DeviceFigures.profile("hdd").orElseThrow();
      assertThat(
              LongStream.iterate(64 << 20, bytes -> bytes < 4L << 30, bytes -> bytes * 2)
                  .mapToObj(bytes -> Upgrades.of(small, bytes, hdd).verdict()))
          .contains(Upgrades.WorthMore.DISK, Upgrades.WorthMore.MEMORY);
      Upgrades bytes = Upgrades.of(large, 4L << 30, GP3);
      assertThat(bytes.verdict()).isEqualTo(Upgrades.WorthMore.DISK);
      assertThat(bytes.timesAsFast(bytes.memory())).isCloseTo(1, within(0.01));
      assertThat(bytes.timesAsFast(bytes.bytes())).isCloseTo(2, within(0.01));
      assertThat(bytes.timesAsFast(bytes.requests())).isCloseTo(1, within(0.01));
      Upgrades processor = Upgrades.of(large, 4L << 30, DeviceFigures.limits("x", 1e9, 1e13));
      assertThat(processor.verdict()).isEqualTo(Upgrades.WorthMore.NEITHER);
      Upgrades none = Upgrades.of(small, 1000, GP3);
      assertThat(none.verdict()).isEqualTo(Upgrades.WorthMore.MEMORY);
    }
  }
}

package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.internal.plan.RecordSizes;
import io.penstock.options.Readahead;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic of epochs, for cases that can be told by hand. */
final class EpochModelTest {
  private static final long RECORDS = 10_000_000;
  private static final int STAGING = 4 << 20;
  private static final ProcessorFigures FREE = new ProcessorFigures(0, 0, 0, 0, 0, 1e-6, 0);
  private static final DeviceFigures GP3 = DeviceFigures.profile("gp3").orElseThrow();
  private static final DeviceFigures HDD = DeviceFigures.profile("hdd").orElseThrow();

  private static EpochModel model(DeviceFigures device, String flags, Long... recordBytes) {
    return new EpochModel(
        device,
        FREE,
        RecordSizes.fixed(List.of(recordBytes)),
        RECORDS,
        256,
        Readahead.parse(flags));
  }

  private static EpochModel.Way sweeping(long known) {
    return new EpochModel.Way(true, known, 1, STAGING, 0);
  }

  private static EpochModel.Way byBatches() {
    return new EpochModel.Way(false, 2560, 1, STAGING, 0);
  }

  @Test
  void recordsThatAreReadOneByOneCostARequestEach() {
    EpochModel.Times times = model(GP3, "", 784L).of(byBatches());

    // A few share one by chance: 2560 known of 10 million, and gaps of up to 43 KB are read.
    assertThat(times.epochSeconds()).isCloseTo(RECORDS / 3000.0, within(RECORDS / 3000.0 * 0.02));
    assertThat(times.limit()).isEqualTo(EpochLimit.REQUESTS);
    assertThat(times.firstEpochSeconds()).isEqualTo(times.epochSeconds());
  }

  @Test
  void largeRecordsCostTheirBytes() {
    EpochModel.Times times = model(GP3, "", 1L << 20).of(byBatches());

    assertThat(times.epochSeconds())
        .isCloseTo(RECORDS * (double) (1 << 20) / (125 << 20), within(2000.0));
    assertThat(times.limit()).isEqualTo(EpochLimit.BYTES);
  }

  @Test
  void anEpochTakesAsManyPassesAsItHasHorizons() {
    double pass = RECORDS * 784.0 / GP3.bytesPerSecond();
    for (int horizons : new int[] {1, 2, 4, 8}) {
      EpochModel.Times times = model(GP3, "", 784L).of(sweeping(RECORDS / horizons));

      // Gaps are far smaller than what a request is worth: hardly any is left out.
      assertThat(times.epochSeconds() / pass).isBetween(0.93 * horizons, 1.01 * horizons);
      assertThat(times.limit()).isEqualTo(EpochLimit.BYTES);
      // One pass more, whose beginning costs less. The head takes requests that the pass does not.
      double more = (times.firstEpochSeconds() - times.epochSeconds()) / pass;
      assertThat(more).isBetween(0.65, 1.05);
    }
  }

  @Test
  void theHeadComesOnTopOfASweepOnlyWhereItTakesTheSameTime() {
    EpochModel.Way way = sweeping(RECORDS / 2);
    DeviceFigures measured =
        DeviceFigures.measured(
            "measured", List.of(new DeviceFigures.RandomRate(4096, 3000)), GP3.bytesPerSecond());
    EpochModel.Times limited = model(GP3, "", 784L).of(way);
    EpochModel.Times real = model(measured, "", 784L).of(way);

    double pass = RECORDS * 784.0 / GP3.bytesPerSecond();
    assertThat(real.epochSeconds()).isCloseTo(limited.epochSeconds(), within(0.03 * pass));
    // A third of the pass, in requests that cost 43,690 bytes each.
    assertThat(real.firstEpochSeconds() - limited.firstEpochSeconds())
        .isBetween(0.25 * pass, 0.35 * pass);
  }

  @Test
  void gapsThatAreGivenAreKeptTo() {
    EpochModel.Way way = sweeping(RECORDS / 8);
    EpochModel.Times learned = model(GP3, "", 4096L).of(way);
    EpochModel.Times none = model(GP3, "mergeGap=0", 4096L).of(way);

    assertThat(none.limit()).isEqualTo(EpochLimit.REQUESTS);
    assertThat(none.epochSeconds()).isGreaterThan(2 * learned.epochSeconds());
  }

  @Test
  void aHardDiskReadsInRequestsAsLargeAsStagingAllows() {
    EpochModel.Way way = new EpochModel.Way(true, RECORDS / 2, 1, 512 << 10, 0);
    EpochModel.Times half = model(HDD, "maxRead=256k", 784L).of(way);

    assertThat(half.limit()).isEqualTo(EpochLimit.REQUESTS);
    assertThat(model(HDD, "", 784L).of(sweeping(RECORDS / 2)).limit()).isEqualTo(EpochLimit.BYTES);
  }

  @Test
  void columnsThatAreKeptWholeAreReadOnce() {
    EpochModel two = model(GP3, "", 8L, 784L);
    EpochModel.Way whole = new EpochModel.Way(true, RECORDS / 4, 1, STAGING, 8 * RECORDS);
    double once = 8.0 * RECORDS / GP3.bytesPerSecond();

    EpochModel.Times alone = model(GP3, "", 784L).of(sweeping(RECORDS / 4));
    EpochModel.Times times = two.of(whole);

    assertThat(times.epochSeconds()).isEqualTo(alone.epochSeconds());
    assertThat(times.firstEpochSeconds() - alone.firstEpochSeconds()).isCloseTo(once, within(1e-9));
    assertThat(times.firstBatchSeconds() - alone.firstBatchSeconds()).isCloseTo(once, within(1e-9));
    assertThat(two.of(sweeping(RECORDS / 4)).epochSeconds()).isGreaterThan(times.epochSeconds());
  }

  private static EpochModel ofAFastDevice(ProcessorFigures processor, String flags) {
    return new EpochModel(
        DeviceFigures.limits("fast", 1e6, 100e9),
        processor,
        RecordSizes.fixed(List.of(784L)),
        RECORDS,
        256,
        Readahead.parse(flags));
  }

  @Test
  void theProcessorIsTheLimitOfAFastDevice() {
    EpochModel slow = ofAFastDevice(new ProcessorFigures(0, 1e-6, 0, 0, 0, 0, 0), "");

    assertThat(slow.of(sweeping(RECORDS / 2)).epochSeconds()).isEqualTo(RECORDS * 1e-6);
    assertThat(slow.of(sweeping(RECORDS / 2)).limit()).isEqualTo(EpochLimit.PROCESSOR);
  }

  @Test
  void furtherThreadsTakeCopiesFromTheOneThatSweeps() {
    ProcessorFigures figures = new ProcessorFigures(0, 1e-6, 3e-6 / 784, 2e-6, 0, 0, 0);
    double[] micros = {4, 2, 4.0 / 3, 1, 1};
    for (int threads = 1; threads <= micros.length; threads++) {
      EpochModel model = ofAFastDevice(figures, "ioThreads=" + threads);
      assertThat(model.of(sweeping(RECORDS / 2)).epochSeconds())
          .isCloseTo(RECORDS * micros[threads - 1] * 1e-6, within(1e-6));
    }
  }

  @Test
  void readersOfBatchesShareAllWork() {
    ProcessorFigures figures = new ProcessorFigures(0, 0, 0, 20e-6, 0, 0, 0);
    EpochModel model = ofAFastDevice(figures, "ioThreads=2");
    EpochModel.Way two = new EpochModel.Way(false, 2560, 2, STAGING, 0);

    assertThat(model.of(two).epochSeconds()).isCloseTo(RECORDS * 10e-6, within(1e-6));
    assertThat(model.of(two).limit()).isEqualTo(EpochLimit.PROCESSOR);
  }

  @Test
  void thePageCacheCostsAPassAndThenTheProcessorOnly() {
    EpochModel.Times times = model(GP3, "", 784L).fromPageCache();

    assertThat(times.epochSeconds()).isEqualTo(10.0);
    assertThat(times.firstEpochSeconds())
        .isCloseTo(10 + RECORDS * 784.0 / GP3.bytesPerSecond(), within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(longs = {16, 784, 4096, 16_384, 150_528, 4 << 20})
  void moreOfAnythingIsNeverSlower(long recordBytes) {
    for (DeviceFigures device : DeviceFigures.PROFILES) {
      double before = Double.MAX_VALUE;
      for (long known = 1000; known <= RECORDS; known *= 10) {
        double now = model(device, "", recordBytes).of(sweeping(known)).epochSeconds();
        assertThat(now).isLessThanOrEqualTo(before * 1.005);
        double faster =
            model(device.times(2, 2), "", recordBytes).of(sweeping(known)).epochSeconds();
        assertThat(now / faster).isCloseTo(2, within(1e-6));
        before = now;
      }
    }
  }
}

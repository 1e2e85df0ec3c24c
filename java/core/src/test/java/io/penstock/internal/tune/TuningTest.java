package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import org.junit.jupiter.api.Test;

/** Which flags follow from what a device does. */
final class TuningTest {
  private static Tuning of(FakeDevice device, int recordBytes) {
    return Tuning.of(device.survey(SurveyPlan.of(recordBytes, false, 0)), recordBytes);
  }

  @Test
  void flagsFollowTheDevice() {
    Tuning tuning = of(FakeDevice.ssd(), 0);
    assertThat(tuning.queueDepth()).isEqualTo(32);
    // 1.4e9 / 70,000 = 20,000 bytes: 19 KiB and a bit.
    assertThat(tuning.mergeGapBytes()).isEqualTo(19 << 10);
    assertThat(tuning.maxReadBytes()).isEqualTo(512 << 10);
    assertThat(tuning.readahead()).isEqualTo("queueDepth=32,mergeGap=19k,maxRead=512k");
  }

  @Test
  void flagsAreWhatReadaheadParses() {
    Tuning tuning = of(FakeDevice.hardDisk(), 784);
    Readahead readahead = Readahead.parse(tuning.readahead());
    assertThat(readahead.queueDepth()).isEqualTo(tuning.queueDepth());
    assertThat(readahead.mergeGapBytes()).isEqualTo(tuning.mergeGapBytes());
    assertThat(readahead.maxReadBytes()).isEqualTo(tuning.maxReadBytes());
    assertThat(readahead.given())
        .containsExactlyInAnyOrder(
            ReadaheadFlag.QUEUE_DEPTH, ReadaheadFlag.MERGE_GAP, ReadaheadFlag.MAX_READ);
  }

  @Test
  void aHardDiskReadsThroughGapsUpToTheLimitOfReaders() {
    assertThat(of(FakeDevice.hardDisk(), 0).mergeGapBytes()).isEqualTo(976 << 10);
    assertThat(of(new FakeDevice(7e-3, 100, 200e6), 0).mergeGapBytes()).isEqualTo(1 << 20);
    assertThat(of(new FakeDevice(1e-6, 1e6, 1e9), 0).mergeGapBytes()).isEqualTo(4 << 10);
  }

  @Test
  void depthIsThatOfTheRecordsWhereTheyAreKnown() {
    assertThat(of(FakeDevice.ssd(), 0).requestBytes()).isEqualTo(4 << 10);
    assertThat(of(FakeDevice.ssd(), 784).requestBytes()).isEqualTo(784);
    assertThat(of(FakeDevice.ssd(), 150_528).queueDepth()).isEqualTo(4);
  }

  @Test
  void aDeviceThatWantsLargeReadsGetsThem() {
    FakeDevice ssd = FakeDevice.ssd();
    DeviceMeter slowStart =
        (point, nanos) ->
            ssd.requestsPerSecond(point, nanos)
                * (point.isSequential() && point.requestBytes() < 1 << 20 ? 0.5 : 1);
    SurveyPlan plan = SurveyPlan.of(0, true, 0);
    Measurements found = new Survey(slowStart, plan, _ -> {}, ssd::nanos).run();
    assertThat(Tuning.of(found, 0).maxReadBytes()).isEqualTo(1 << 20);
  }

  @Test
  void everyFlagHasItsReasonWithFigures() {
    Tuning tuning = of(FakeDevice.ssd(), 784);
    assertThat(tuning.reasons())
        .extracting(Tuning.Reason::flag)
        .containsExactly("queueDepth", "mergeGap", "maxRead");
    assertThat(tuning.reasons().get(0).why()).contains("784", "70,000/s");
    assertThat(tuning.reasons().get(1).why()).contains("19k", "1,400 MB/s", "70,000 requests/s");
    assertThat(tuning.reasons().get(2).why()).contains("512k", "1,400 MB/s", "default");
  }

  @Test
  void sizesAreWrittenAsFlagsHaveThem() {
    assertThat(Tuning.size(784)).isEqualTo("784");
    assertThat(Tuning.size(4096)).isEqualTo("4k");
    assertThat(Tuning.size(150_528)).isEqualTo("147k");
    assertThat(Tuning.size(1 << 20)).isEqualTo("1m");
    assertThat(Tuning.size(3L << 30)).isEqualTo("3g");
  }
}

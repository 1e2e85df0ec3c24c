package io.penstock.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.penstock.internal.ffi.generated.penstock_statistics;
import java.lang.foreign.MemoryLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Names that scripts and dashboards rely on, and that nothing that is counted is left out. */
class StatisticTest {
  @Test
  void everyCounterOfTheLibraryIsOneStatistic() {
    List<String> fields =
        penstock_statistics.layout().memberLayouts().stream()
            .map(MemoryLayout::name)
            .flatMap(Optional::stream)
            .toList();
    assertThat(Arrays.stream(Statistic.values()).map(Statistic::nativeField))
        .filteredOn(Optional::isPresent)
        .extracting(Optional::get)
        .containsExactlyInAnyOrderElementsOf(fields);
  }

  @Test
  void namesInJsonStayWhatTheyAre() {
    assertThat(Statistic.values())
        .extracting(Statistic::jsonName)
        .doesNotHaveDuplicates()
        .contains(
            "records",
            "batches",
            "bytes",
            "badRecords",
            "stall",
            "consumer",
            "queue",
            "device",
            "order",
            "plan",
            "copy",
            "check",
            "idle",
            "requests",
            "bytesRead",
            "bytesWanted",
            "mergedRecords",
            "cacheHits");
  }

  @Test
  void namesOfMetricsStayWhatTheyAre() {
    assertThat(Statistic.values())
        .extracting(Statistic::metricName, statistic -> statistic.unit().shownAs())
        .doesNotHaveDuplicates()
        .contains(
            tuple("penstock.records", "records"),
            tuple("penstock.batches", "batches"),
            tuple("penstock.bytes", "bytes"),
            tuple("penstock.requests", "requests"),
            tuple("penstock.bytes.read", "bytes"),
            tuple("penstock.stall", "seconds"),
            tuple("penstock.consumer", "seconds"),
            tuple("penstock.device", "seconds"),
            tuple("penstock.copy", "seconds"),
            tuple("penstock.transform", "seconds"));
  }

  @Test
  void namesOfFieldsInEventsStayWhatTheyAre() {
    assertThat(Arrays.stream(Statistic.values()).filter(Statistic::isInEvents))
        .extracting(Statistic::eventField)
        .contains(
            "stallTime",
            "consumerTime",
            "queueTime",
            "deviceTime",
            "orderTime",
            "planTime",
            "copyTime",
            "checkTime",
            "idleTime",
            "transformTime",
            "requests",
            "bytesRead",
            "bytesWanted",
            "mergedRecords",
            "cacheHits");
  }

  @Test
  void timesAreShownInSeconds() {
    assertThat(Statistic.STALL.unit().shown(1_500_000_000L)).isEqualTo(1.5);
    assertThat(Statistic.BYTES.unit().shown(1_500_000_000L)).isEqualTo(1.5e9);
  }
}

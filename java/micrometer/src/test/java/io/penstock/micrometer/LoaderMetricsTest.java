package io.penstock.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderStatistics;
import io.penstock.array.ElementType;
import io.penstock.format.Source;
import io.penstock.statistics.Statistic;
import io.penstock.transform.Transforms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics are the loader's statistics at the moment of asking. */
@Timeout(60)
class LoaderMetricsTest {
  @TempDir Path directory;

  /** A hundred records of 10 bytes each, or of 0 to 19. */
  private Dataset open(boolean isVariable) throws IOException {
    Path file = Files.write(directory.resolve("x.raw"), new byte[1000]);
    if (!isVariable) {
      return Dataset.open(Source.parse(Path.of(file + "#raw:uint8:-1x10")));
    }
    ByteBuffer ends = ByteBuffer.allocate(101 * Integer.BYTES);
    for (int i = 0; i <= 100; i++) {
      ends.putInt(i % 2 == 0 ? 10 * i : 10 * i - 10 + i % 20);
    }
    Path offsets = Files.write(directory.resolve("offsets.raw"), ends.array());
    return Dataset.builder()
        .variable(
            "x",
            Source.parse(Path.of(file + "#raw:uint8:-1")),
            Source.parse(Path.of(offsets + "#raw:>i4:-1")))
        .open();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void countersAreTheStatisticsOfTheirLoader(boolean isVariable) throws IOException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Dataset dataset = open(isVariable);
        Loader loader =
            dataset
                .loader()
                .batchSize(10)
                .transform(Transforms.cast("x", ElementType.FLOAT32))
                .build()) {
      new LoaderMetrics(loader, Tags.of("loader", "training")).bindTo(registry);
      assertThat(count(registry, "penstock.records")).isZero();
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isEqualTo(10);
      }
      assertThat(count(registry, "penstock.records")).isEqualTo(100);
      assertThat(count(registry, "penstock.batches")).isEqualTo(10);
      assertThat(count(registry, "penstock.bytes")).isEqualTo(4000);
      double stall = loader.statistics().time().stall().toNanos() / 1e9;
      assertThat(count(registry, "penstock.stall")).isEqualTo(stall);
      double transform = loader.statistics().time().transform().toNanos() / 1e9;
      assertThat(count(registry, "penstock.transform")).isEqualTo(transform).isPositive();
      assertThat(registry.get("penstock.memory").tag("loader", "training").gauge().value())
          .isEqualTo((double) loader.statistics().memoryBytes());
    }
    assertThat(count(registry, "penstock.records")).isEqualTo(100);
  }

  @Test
  void everyStatisticIsAMetric() throws IOException {
    Path file = Files.write(directory.resolve("x.raw"), new byte[1000]);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Dataset dataset = Dataset.open(Source.parse(Path.of(file + "#raw:uint8:-1x10")));
        Loader loader = dataset.loader().batchSize(10).build()) {
      new LoaderMetrics(loader, Tags.empty()).bindTo(registry);
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isEqualTo(10);
      }
      LoaderStatistics statistics = loader.statistics();
      for (Statistic statistic : Statistic.values()) {
        Meter meter = registry.get(statistic.metricName()).meter();
        boolean isCounter = statistic.kind() == Statistic.Kind.COUNTER;
        assertThat(meter.getId().getType())
            .isEqualTo(isCounter ? Meter.Type.COUNTER : Meter.Type.GAUGE);
        assertThat(meter.getId().getBaseUnit()).isEqualTo(statistic.unit().shownAs());
        if (statistic.unit() != Statistic.Unit.NANOSECONDS) {
          assertThat(meter.measure().iterator().next().getValue())
              .isEqualTo((double) statistics.value(statistic));
        }
      }
    }
  }

  private static double count(SimpleMeterRegistry registry, String name) {
    return registry.get(name).tag("loader", "training").functionCounter().count();
  }
}

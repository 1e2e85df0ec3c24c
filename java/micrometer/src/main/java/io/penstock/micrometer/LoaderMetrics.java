package io.penstock.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.penstock.Loader;
import io.penstock.statistics.Statistic;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/**
 * Counters of what a loader did, read from {@link Loader#statistics} when they are collected: the
 * loop itself is not touched.
 *
 * <p>Every {@link Statistic} is a metric under its {@link Statistic#metricName}. What only grows is
 * a counter since the loader was built: {@code penstock.records}, {@code penstock.batches}, {@code
 * penstock.bytes}; seconds of the consumer, {@code penstock.stall} and {@code penstock.consumer};
 * seconds of the loader's threads, {@code penstock.device}, {@code penstock.copy}, {@code
 * penstock.transform}; {@code penstock.requests}, {@code penstock.bytes.read} and so on. All else
 * is a gauge, as is {@code penstock.memory}, in bytes. What is not known is 0. A registry does not
 * keep the loader alive; counters stay as they are when it is closed. Immutable.
 */
public final class LoaderMetrics implements MeterBinder {
  private final Loader loader;
  private final List<Tag> tags;

  /**
   * Metrics of a loader; nothing is registered yet.
   *
   * @param loader whose
   * @param tags that all of them get, to tell several loaders apart
   */
  public LoaderMetrics(Loader loader, Iterable<Tag> tags) {
    this.loader = Objects.requireNonNull(loader, "loader");
    this.tags = StreamSupport.stream(tags.spliterator(), false).toList();
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (Statistic statistic : Statistic.values()) {
      bind(registry, statistic);
    }
    Gauge.builder("penstock.memory", loader, found -> found.statistics().memoryBytes())
        .tags(tags)
        .baseUnit("bytes")
        .register(registry);
  }

  private void bind(MeterRegistry registry, Statistic statistic) {
    Statistic.Unit unit = statistic.unit();
    if (statistic.kind() == Statistic.Kind.COUNTER) {
      FunctionCounter.builder(
              statistic.metricName(), loader, found -> Math.max(0, value(found, statistic)))
          .tags(tags)
          .baseUnit(unit.shownAs())
          .register(registry);
    } else {
      Gauge.builder(statistic.metricName(), loader, found -> value(found, statistic))
          .tags(tags)
          .baseUnit(unit.shownAs())
          .register(registry);
    }
  }

  private static double value(Loader loader, Statistic statistic) {
    return statistic.unit().shown(loader.statistics().value(statistic));
  }
}

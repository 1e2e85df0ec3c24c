package io.penstock.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.penstock.Loader;
import io.penstock.LoaderStatistics;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.StreamSupport;

/**
 * Counters of what a loader did, read from {@link Loader#statistics} when they are collected: the
 * loop itself is not touched.
 *
 * <p>Counters, all since the loader was built: {@code penstock.records}, {@code penstock.batches},
 * {@code penstock.bytes}; seconds of the consumer, {@code penstock.stall} and {@code
 * penstock.consumer}; seconds of the loader's threads, {@code penstock.device}, {@code
 * penstock.copy}, {@code penstock.transform}; {@code penstock.requests} and {@code
 * penstock.bytes.read}. Gauge: {@code penstock.memory}, in bytes. A registry does not keep the
 * loader alive; counters stay as they are when it is closed. Immutable.
 */
public final class LoaderMetrics implements MeterBinder {
  private static final double NANOS = 1e9;

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
    count(registry, "penstock.records", "records", LoaderStatistics::records);
    count(registry, "penstock.batches", "batches", LoaderStatistics::batches);
    count(registry, "penstock.bytes", "bytes", LoaderStatistics::bytes);
    count(registry, "penstock.requests", "requests", LoaderStatistics::requests);
    count(registry, "penstock.bytes.read", "bytes", LoaderStatistics::bytesRead);
    time(registry, "penstock.stall", LoaderStatistics::stallNanos);
    time(registry, "penstock.consumer", LoaderStatistics::consumerNanos);
    time(registry, "penstock.device", LoaderStatistics::waitNanos);
    time(registry, "penstock.copy", LoaderStatistics::copyNanos);
    time(registry, "penstock.transform", LoaderStatistics::transformNanos);
    Gauge.builder("penstock.memory", loader, found -> found.statistics().memoryBytes())
        .tags(tags)
        .baseUnit("bytes")
        .register(registry);
  }

  private void time(MeterRegistry registry, String name, ToDoubleFunction<LoaderStatistics> nanos) {
    count(registry, name, "seconds", statistics -> nanos.applyAsDouble(statistics) / NANOS);
  }

  private void count(
      MeterRegistry registry, String name, String unit, ToDoubleFunction<LoaderStatistics> count) {
    FunctionCounter.builder(name, loader, found -> count.applyAsDouble(found.statistics()))
        .tags(tags)
        .baseUnit(unit)
        .register(registry);
  }
}

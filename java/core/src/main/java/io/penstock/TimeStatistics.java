package io.penstock;

import io.penstock.internal.counters.Counters;
import io.penstock.statistics.Statistic;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the time of a loader went since it was built.
 *
 * <p>The thread of the consumer does one of two things: {@code stall} and {@code consumer} add up
 * to {@code elapsed}, except for the time between epochs that are not read ahead. If stalls are a
 * small share of it, the trainer is the bottleneck.
 *
 * <p>A reading thread does one of six things, beside the consumer: it waits for the device,
 * computes the order, plans, copies, checks what was read, or is idle because there is no room for
 * more finished batches. Together these are nearly the elapsed time multiplied by the number of
 * reading threads; with io_uring the device goes on reading in all of them. Threads that only copy
 * for another one have no time but that of their copies. They count up to the last batch that each
 * thread finished.
 *
 * <p>Immutable.
 */
public final class TimeStatistics {
  private final Counters counters;

  TimeStatistics(Counters counters) {
    this.counters = counters;
  }

  private Duration of(Statistic statistic) {
    return Duration.ofNanos(counters.get(statistic));
  }

  /**
   * Time from the start of the first epoch to the last delivery.
   *
   * @return at least zero
   */
  public Duration elapsed() {
    return of(Statistic.ELAPSED);
  }

  /**
   * Time that the consumer waited for batches.
   *
   * @return at least zero
   */
  public Duration stall() {
    return of(Statistic.STALL);
  }

  /**
   * Time between a delivery and the request for the next batch.
   *
   * @return at least zero
   */
  public Duration consumer() {
    return of(Statistic.CONSUMER);
  }

  /**
   * Time that finished batches lay ready before they were asked for, summed over batches that lie
   * ready side by side. Divided by the elapsed time it is the number of finished batches that lay
   * ready on average: near 0, the consumer waits for data; near {@code prefetchBatches}, data wait
   * for the consumer.
   *
   * @return may exceed the elapsed time
   */
  public Duration queue() {
    return of(Statistic.QUEUE);
  }

  /**
   * Time that reading threads waited for the device.
   *
   * @return at least zero; zero with {@code backend=mmap}
   */
  public Duration device() {
    return of(Statistic.DEVICE);
  }

  /**
   * Time that reading threads computed the order.
   *
   * @return at least zero
   */
  public Duration order() {
    return of(Statistic.ORDER);
  }

  /**
   * Time that reading threads decided what to read and started it; with {@code backend=mmap}, told
   * the kernel what to read.
   *
   * @return at least zero
   */
  public Duration plan() {
    return of(Statistic.PLAN);
  }

  /**
   * Time that reading threads copied, to batches and within the reader.
   *
   * @return at least zero
   */
  public Duration copy() {
    return of(Statistic.COPY);
  }

  /**
   * Time that reading threads checked batches that were read.
   *
   * @return at least zero
   */
  public Duration check() {
    return of(Statistic.CHECK);
  }

  /**
   * Time that reading threads waited for the consumer to give a batch back.
   *
   * @return at least zero
   */
  public Duration idle() {
    return of(Statistic.IDLE);
  }

  /**
   * Time that threads transformed what was delivered, added up.
   *
   * @return zero without transforms
   */
  public Duration transform() {
    return of(Statistic.TRANSFORM);
  }

  /**
   * Time that these threads had nothing to do, added up: they waited for data to be read, or for
   * the consumer to give a batch back.
   *
   * @return at least zero
   */
  public Duration transformIdle() {
    return of(Statistic.TRANSFORM_IDLE);
  }

  /**
   * Processor time of the reading threads, user and system.
   *
   * @return empty if the kernel does not report it
   */
  public Optional<Duration> cpu() {
    return counters.get(Statistic.CPU) < 0 ? Optional.empty() : Optional.of(of(Statistic.CPU));
  }

  /**
   * The share of the elapsed time that the consumer waited for batches.
   *
   * @return 0 to 1; 0 when nothing was delivered
   */
  public double stallShare() {
    return share(Statistic.STALL);
  }

  private double share(Statistic time) {
    long elapsed = counters.get(Statistic.ELAPSED);
    return elapsed == 0 ? 0 : Math.min(1, (double) counters.get(time) / elapsed);
  }
}

package io.penstock;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.engine.EnginePlan;
import io.penstock.statistics.Statistic;
import java.util.Objects;

/**
 * What a loader has done since it was built: a snapshot.
 *
 * <p>Figures come in groups: {@link #time} says where the time went, {@link #io} what was read from
 * the device, {@link #method} how it is read and why. {@link #value} gives any of them by name,
 * also those without an accessor of their own.
 *
 * <p>With {@code backend=mmap} the kernel reads pages by itself while they are copied, and does not
 * report for whom. {@code time().device()}, {@code io().requests()}, {@code io().bytesRead()} and
 * related figures are then 0, and waiting for pages is part of {@code time().copy()}. Failed
 * batches are not counted, but the time that they took is.
 *
 * <p>Immutable.
 */
public final class LoaderStatistics {
  private final Figures figures;
  private final ReadMethod method;
  private final long memoryBytes;

  /** Takes the figures over: of what was done, and of the plan in effect. */
  LoaderStatistics(Figures figures, EnginePlan plan, String reason) {
    this.figures = figures;
    this.method = new ReadMethod(plan.choice.backend(), plan.choice.io(), plan.readahead, reason);
    this.memoryBytes = plan.memoryBytes();
  }

  /**
   * A figure by name.
   *
   * @param statistic which
   * @return its value, in its {@link Statistic#unit}
   */
  public long value(Statistic statistic) {
    return figures.counters.get(Objects.requireNonNull(statistic, "statistic"));
  }

  /**
   * Records delivered.
   *
   * @return at least 0
   */
  public long records() {
    return value(Statistic.RECORDS);
  }

  /**
   * Batches delivered.
   *
   * @return at least 0
   */
  public long batches() {
    return value(Statistic.BATCHES);
  }

  /**
   * Bytes delivered.
   *
   * @return at least 0
   */
  public long bytes() {
    return value(Statistic.BYTES);
  }

  /**
   * Records that could not be read or did not match their checksums, and were skipped or replaced.
   *
   * @return at least 0; counted when they are found, ahead of their delivery
   */
  public long badRecords() {
    return value(Statistic.BAD_RECORDS);
  }

  /**
   * Where the time went.
   *
   * @return times, of the same moment as all else
   */
  public TimeStatistics time() {
    return new TimeStatistics(figures.counters);
  }

  /**
   * What was read from the device, and what did not have to be.
   *
   * @return figures of the same moment as all else
   */
  public IoStatistics io() {
    return new IoStatistics(figures);
  }

  /**
   * How the loader reads at present, and why.
   *
   * @return backend, I/O, flags and reason
   */
  public ReadMethod method() {
    return method;
  }

  /**
   * Memory that the loader takes outside of the Java heap.
   *
   * @return bytes
   */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** The most important figures in one line. */
  @Override
  public String toString() {
    return "LoaderStatistics[records=%d, batches=%d, bytes=%d, elapsed=%s, stall=%s, %s]"
        .formatted(records(), batches(), bytes(), time().elapsed(), time().stall(), method);
  }
}

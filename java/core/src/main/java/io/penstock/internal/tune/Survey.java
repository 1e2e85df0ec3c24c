package io.penstock.internal.tune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * Measures all points of a plan, round after round, within its time.
 *
 * <p>It must not know how a point is measured: {@link DeviceMeter} does.
 */
public final class Survey {
  /** The order of later rounds, so that no point always follows the same other one. */
  private static final long SEED = 3;

  /**
   * What is in flight must come back before the next point. On a device so slow that this takes
   * longer, depth is not what is missing.
   */
  private static final double MAX_DRAIN_SECONDS = 0.5;

  private final DeviceMeter meter;
  private final SurveyPlan plan;
  private final IntConsumer progress;
  private final LongSupplier clock;
  private final Map<ProbePoint, List<Double>> rates = new HashMap<>();
  private final Set<ProbePoint> skipped = new HashSet<>();

  /**
   * Makes a survey.
   *
   * @param meter measures
   * @param plan what to measure
   * @param progress is told how many of the plan's {@link SurveyPlan#visits} are over
   * @param clock nanoseconds, as System::nanoTime
   */
  public Survey(DeviceMeter meter, SurveyPlan plan, IntConsumer progress, LongSupplier clock) {
    this.meter = meter;
    this.plan = plan;
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Measures.
   *
   * @return what was found
   */
  public Measurements run() {
    long start = clock.getAsLong();
    int rounds = 0;
    long roundNanos = 0;
    Random random = new Random(SEED);
    List<ProbePoint> points = new ArrayList<>(plan.points());
    // A slow device gets fewer rounds; one round is measured whatever it takes.
    while (rounds < plan.rounds()
        && (rounds == 0 || clock.getAsLong() - start + roundNanos <= plan.limitNanos())) {
      long roundStart = clock.getAsLong();
      for (int i = 0; i < points.size(); i++) {
        visit(points.get(i), rounds == 0);
        progress.accept(rounds * points.size() + i + 1);
      }
      roundNanos = clock.getAsLong() - roundStart;
      rounds++;
      Collections.shuffle(points, random);
    }
    return new Measurements(plan, rates, rounds);
  }

  private void visit(ProbePoint point, boolean isFirst) {
    if (isFirst && isTooDeep(point)) {
      skipped.add(point);
    }
    if (skipped.contains(point)) {
      return;
    }
    double rate = meter.requestsPerSecond(point, plan.visitNanos());
    if (Double.isNaN(rate)) {
      skipped.add(point);
    } else {
      rates.computeIfAbsent(point, _ -> new ArrayList<>()).add(rate);
    }
  }

  /** Going by the next shallower point, which the first round has just measured. */
  private boolean isTooDeep(ProbePoint point) {
    double shallower =
        plan.points().stream()
            .filter(other -> other.isSequential() == point.isSequential())
            .filter(other -> other.requestBytes() == point.requestBytes())
            .filter(other -> other.queueDepth() < point.queueDepth() && rates.containsKey(other))
            .mapToDouble(other -> rates.get(other).getFirst())
            .reduce(Double.NaN, (_, last) -> last);
    return point.queueDepth() / shallower > MAX_DRAIN_SECONDS;
  }
}

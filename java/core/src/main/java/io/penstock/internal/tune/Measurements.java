package io.penstock.internal.tune;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a survey found: requests per second of each point, as medians over rounds.
 *
 * <p>Points that were left out (too much in flight, the file or the device too small for them) are
 * NaN. Immutable.
 */
public final class Measurements {
  /** More depth must bring more than a twentieth to count; less is noise. */
  static final double KNEE_SHARE = 0.95;

  private final SurveyPlan plan;
  private final int rounds;
  private final Map<ProbePoint, double[]> rates = new HashMap<>();

  Measurements(SurveyPlan plan, Map<ProbePoint, List<Double>> rates, int rounds) {
    this.plan = plan;
    this.rounds = rounds;
    rates.forEach(
        (point, list) ->
            this.rates.put(
                point, list.stream().mapToDouble(Double::doubleValue).sorted().toArray()));
  }

  /** What was to be measured. */
  public SurveyPlan plan() {
    return plan;
  }

  /** Rounds that there was time for, at least 1. */
  public int rounds() {
    return rounds;
  }

  /** Median over the rounds of requests per second; NaN when the point was left out. */
  public double requestsPerSecond(ProbePoint point) {
    double[] sorted = rates.get(point);
    if (sorted == null) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Least of the rounds; NaN when the point was left out. */
  public double least(ProbePoint point) {
    double[] sorted = rates.get(point);
    return sorted == null ? Double.NaN : sorted[0];
  }

  /** Most of the rounds; NaN when the point was left out. */
  public double most(ProbePoint point) {
    double[] sorted = rates.get(point);
    return sorted == null ? Double.NaN : sorted[sorted.length - 1];
  }

  /** As {@link #requestsPerSecond}, in bytes. */
  public double bytesPerSecond(ProbePoint point) {
    return requestsPerSecond(point) * point.requestBytes();
  }

  /** Whether any depth of this size was measured. */
  public boolean hasSize(int requestBytes) {
    return randomPoints(requestBytes).length > 0;
  }

  /** Random requests of this size per second at the best depth; NaN when none was measured. */
  public double randomLimit(int requestBytes) {
    return Arrays.stream(randomPoints(requestBytes))
        .mapToDouble(this::requestsPerSecond)
        .max()
        .orElse(Double.NaN);
  }

  /**
   * The least depth beyond which more brings next to nothing.
   *
   * @return 0 when the size was left out
   */
  public int knee(int requestBytes) {
    double enough = KNEE_SHARE * randomLimit(requestBytes);
    return Arrays.stream(randomPoints(requestBytes))
        .filter(point -> requestsPerSecond(point) >= enough)
        .mapToInt(ProbePoint::queueDepth)
        .min()
        .orElse(0);
  }

  /** The fastest way through the file in its order. */
  public ProbePoint bestSequential() {
    return plan.points().stream()
        .filter(point -> point.isSequential() && rates.containsKey(point))
        .reduce((best, next) -> bytesPerSecond(next) > bytesPerSecond(best) ? next : best)
        .orElseThrow();
  }

  /** Bytes per second through the file in its order. */
  public double sequentialLimit() {
    return bytesPerSecond(bestSequential());
  }

  /**
   * How much the device changed while it was measured.
   *
   * @return median over the points of (upper - lower quartile of the rounds) / median; 0 after one
   *     round
   */
  public double spread() {
    double[] spreads =
        rates.entrySet().stream()
            .mapToDouble(
                entry -> quartileRange(entry.getValue()) / requestsPerSecond(entry.getKey()))
            .sorted()
            .toArray();
    return spreads[spreads.length / 2];
  }

  private static double quartileRange(double[] sorted) {
    int outside = sorted.length / 4;
    return sorted[sorted.length - 1 - outside] - sorted[outside];
  }

  private ProbePoint[] randomPoints(int requestBytes) {
    return plan.points().stream()
        .filter(point -> !point.isSequential() && point.requestBytes() == requestBytes)
        .filter(rates::containsKey)
        .toArray(ProbePoint[]::new);
  }
}

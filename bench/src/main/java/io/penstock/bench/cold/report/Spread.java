package io.penstock.bench.cold.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Median, least and most of some values: what several rounds come down to. A mean would let one
 * round in which the machine was busy with something else decide.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param least the smallest
 * @param most the largest
 */
public record Spread(double median, double least, double most) {
  /**
   * Of values.
   *
   * @param values at least one; those that are not numbers (not known) are left out
   * @return null if nothing is left
   */
  public static Spread of(double... values) {
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    if (sorted.length == 0) {
      return null;
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** Of a quantity over all rounds; null if there are none. */
  public static Spread of(List<Measurement> rounds, ToDoubleFunction<Measurement> quantity) {
    return of(rounds.stream().mapToDouble(quantity).toArray());
  }

  /**
   * Of the ratios of two contenders, round by round: what slowed a round down slowed both. Rounds
   * that one of them lacks are left out.
   *
   * @return null if no round is left
   */
  public static Spread ofRatios(
      List<Measurement> above,
      ToDoubleFunction<Measurement> aboveQuantity,
      List<Measurement> below,
      ToDoubleFunction<Measurement> belowQuantity) {
    List<Double> ratios = new ArrayList<>();
    for (Measurement a : above) {
      for (Measurement b : below) {
        if (a.round() == b.round()) {
          ratios.add(aboveQuantity.applyAsDouble(a) / belowQuantity.applyAsDouble(b));
        }
      }
    }
    return of(ratios.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** "median (least to most)" with so many digits after the point. */
  public String text(int digits) {
    String number = "%." + digits + "f";
    return String.format(
        Locale.ROOT, number + " (" + number + " to " + number + ")", median, least, most);
  }
}

package io.penstock.bench.cold.report;

import java.util.Locale;

/**
 * A goal, and how far it was reached.
 *
 * @param cell where
 * @param what is compared with what
 * @param target as ">= 0.95"
 * @param found median, least and most over rounds; or why there is nothing
 * @param verdict whether the median reaches the target
 */
record Goal(String cell, String what, String target, String found, Verdict verdict) {
  enum Verdict {
    MET("met"),
    MISSED("**missed**"),
    UNKNOWN("not measured");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** The median has to be so much at least. */
  static Goal atLeast(String cell, String what, double target, Spread found) {
    return of(cell, what, ">= " + number(target), found, found != null && found.median() >= target);
  }

  /** The median has to be so much at most. */
  static Goal atMost(String cell, String what, double target, Spread found) {
    return of(cell, what, "<= " + number(target), found, found != null && found.median() <= target);
  }

  /** The median has to lie between both. */
  static Goal within(String cell, String what, double least, double most, Spread found) {
    return of(
        cell,
        what,
        number(least) + " to " + number(most),
        found,
        found != null && found.median() >= least && found.median() <= most);
  }

  private static Goal of(String cell, String what, String target, Spread found, boolean isReached) {
    if (found == null) {
      return new Goal(cell, what, target, "", Verdict.UNKNOWN);
    }
    return new Goal(cell, what, target, found.text(2), isReached ? Verdict.MET : Verdict.MISSED);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}

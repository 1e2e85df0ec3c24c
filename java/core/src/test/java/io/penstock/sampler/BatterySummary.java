package io.penstock.sampler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * The scores of a battery that was run many times with other seeds, put together.
 *
 * <p>A score alone sees a bias of a few standard deviations. The same score from {@code k} runs
 * that do not depend on each other, summed up and divided by the root of k, is a standard normal
 * variable again, and sees a bias that is smaller by that root.
 */
final class BatterySummary {
  /**
   * Beyond this a score, or a sum of scores, is taken for no chance. Normal variables are beyond 7
   * with probability 2.6e-12: over a million of them that is 3e-6.
   */
  static final double LIMIT = 7;

  /** One statistic over all runs. */
  private static final class Sum {
    private double sum;
    private double sumOfSquares;
    private double largest;
    private int count;

    void add(double score) {
      sum += score;
      sumOfSquares += score * score;
      // Also when it is not a number.
      largest = Math.abs(score) <= largest ? largest : Math.abs(score);
      count++;
    }

    double combined() {
      return sum / Math.sqrt(count);
    }

    /** The squares of k normal variables have the mean k and the variance 2 k. */
    double spread() {
      return (sumOfSquares - count) / Math.sqrt(2.0 * count);
    }
  }

  private final String family;
  private final int runs;
  private final Map<String, Sum> sums = new LinkedHashMap<>();

  private BatterySummary(String family, int runs) {
    this.family = family;
    this.runs = runs;
  }

  /** Runs a battery so many times. */
  static BatterySummary of(String family, int runs, IntFunction<List<Score>> battery) {
    BatterySummary summary = new BatterySummary(family, runs);
    for (int run = 0; run < runs; run++) {
      for (Score score : battery.apply(run)) {
        summary.sums.computeIfAbsent(score.name(), name -> new Sum()).add(score.deviations());
      }
    }
    return summary;
  }

  /** What is no chance, the worst first; empty for a uniform shuffle. */
  List<String> rejections() {
    List<Map.Entry<String, Sum>> bad = new ArrayList<>();
    for (Map.Entry<String, Sum> entry : sums.entrySet()) {
      Sum sum = entry.getValue();
      if (!(sum.largest <= LIMIT && Math.abs(sum.combined()) <= LIMIT)) {
        bad.add(entry);
      }
    }
    bad.sort(Comparator.comparingDouble(entry -> -Math.abs(entry.getValue().combined())));
    return bad.stream()
        .map(
            entry ->
                "%s: one run %.1f, all together %.1f"
                    .formatted(
                        entry.getKey(), entry.getValue().largest, entry.getValue().combined()))
        .toList();
  }

  /** A table with a line for each kind of statistic: names that differ by numbers only. */
  String toMarkdown() {
    Map<String, List<Sum>> kinds = new TreeMap<>();
    sums.forEach(
        (name, sum) ->
            kinds
                .computeIfAbsent(name.replaceAll("-?[0-9]+", "#"), kind -> new ArrayList<>())
                .add(sum));
    StringBuilder text = new StringBuilder();
    text.append("## %s\n\n".formatted(family));
    long scores = sums.values().stream().mapToLong(sum -> sum.count).sum();
    List<String> rejections = rejections();
    text.append(
        "%,d scores in %d runs. %s\n\n"
            .formatted(
                scores,
                runs,
                rejections.isEmpty()
                    ? "**Accepted**: nothing is beyond " + LIMIT + " standard deviations."
                    : "**Rejected** by " + rejections.size() + " of " + sums.size() + "."));
    text.append("| statistic | how many | largest of a run | largest together | spread |\n");
    text.append("| --- | --- | --- | --- | --- |\n");
    kinds.forEach(
        (kind, of) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %d | %.2f | %.2f | %.2f |\n",
                    kind,
                    of.size(),
                    of.stream().mapToDouble(sum -> sum.largest).max().orElse(0),
                    of.stream().mapToDouble(sum -> Math.abs(sum.combined())).max().orElse(0),
                    of.stream().mapToDouble(Sum::spread).max().orElse(0))));
    rejections.stream().limit(10).forEach(line -> text.append("\n- ").append(line));
    return text.append("\n").toString();
  }
}

package io.penstock.bench.cold.report;

import com.google.gson.JsonArray;
import io.penstock.internal.tune.Forecast;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A run that was foretold, and what came true.
 *
 * @param recordBytes size of a record
 * @param recordCount records of the file
 * @param profile of the device
 * @param part memory was for 1/part of the data
 * @param way how records were to be read
 * @param limit what was to hold it back
 * @param absent why it could not run; null if it did
 * @param firstBatchSeconds to the first batch
 * @param firstPerSecond records, on average over the first epoch; null where it did not end
 * @param laterPerSecond records, of a later epoch; null where it did not end
 * @param sweptPasses bytes that were read, in passes over the file, to be looked at; null: not told
 */
public record ForecastResult(
    long recordBytes,
    long recordCount,
    String profile,
    int part,
    String way,
    String limit,
    String absent,
    Pair firstBatchSeconds,
    Pair firstPerSecond,
    Pair laterPerSecond,
    Double sweptPasses) {
  /** What counts as come true. */
  private static final double TOLERANCE = 0.15;

  /**
   * What was foretold, and what was measured.
   *
   * @param foretold by {@code penstock plan}
   * @param measured median over rounds
   */
  public record Pair(double foretold, double measured) {
    /** 1: it came true. */
    public double ratio() {
      return foretold / measured;
    }

    boolean isTrue() {
      return Math.abs(measured / foretold - 1) <= TOLERANCE;
    }
  }

  /** Takes what is to be compared from the rounds. */
  public static ForecastResult of(
      long recordBytes,
      long recordCount,
      String profile,
      int part,
      Forecast forecast,
      String absent,
      List<Measurement> rounds) {
    Spread first = Spread.of(rounds, round -> recordCount / epochEnd(round, 0));
    Spread later =
        Spread.of(rounds, round -> recordCount / (epochEnd(round, 1) - epochEnd(round, 0)));
    return new ForecastResult(
        recordBytes,
        recordCount,
        profile,
        part,
        forecast.way().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        forecast.limit().name().toLowerCase(Locale.ROOT),
        absent,
        pair(
            forecast.firstBatchSeconds(),
            Spread.of(rounds, round -> round.fact("firstBatchSeconds"))),
        pair(forecast.firstEpochPerSecond(), first),
        pair(forecast.recordsPerSecond(), later),
        passes(rounds, round -> round.fact("bytesRead") / recordBytes / recordCount));
  }

  private static Double passes(List<Measurement> rounds, ToDoubleFunction<Measurement> quantity) {
    Spread spread = Spread.of(rounds, quantity);
    return spread == null ? null : spread.median();
  }

  private static Pair pair(double foretold, Spread measured) {
    return measured == null ? null : new Pair(foretold, measured.median());
  }

  /** NaN if it did not come to that. */
  private static double epochEnd(Measurement round, int epoch) {
    JsonArray ends = round.facts().getAsJsonArray("epochEnds");
    return ends == null || ends.size() <= epoch ? Double.NaN : ends.get(epoch).getAsDouble();
  }

  /** Whether wrong bytes were delivered. */
  public boolean isWrong() {
    return absent != null && absent.startsWith(Entry.wrong(""));
  }

  /** Records per second that were compared: of the first epoch, and of a later one. */
  List<Pair> rates() {
    List<Pair> rates = new ArrayList<>();
    for (Pair pair : new Pair[] {firstPerSecond, laterPerSecond}) {
      if (pair != null) {
        rates.add(pair);
      }
    }
    return rates;
  }

  /** What to call it. */
  String name() {
    return "%s, %s, 1/%d".formatted(Units.bytes((double) recordBytes), profile, part);
  }

  /** One line for whoever is watching. */
  public String line() {
    return absent != null
        ? "%s: absent: %s".formatted(name(), absent)
        : "%s, %s, %s: first epoch %s, later %s, first batch %s s, %.2f passes"
            .formatted(
                name(),
                way,
                limit,
                text(firstPerSecond),
                text(laterPerSecond),
                text(firstBatchSeconds),
                sweptPasses);
  }

  private static String text(Pair pair) {
    return pair == null
        ? "-"
        : String.format(
            Locale.ROOT, "%.4g foretold, %.4g (%.2f)", pair.foretold, pair.measured, pair.ratio());
  }
}

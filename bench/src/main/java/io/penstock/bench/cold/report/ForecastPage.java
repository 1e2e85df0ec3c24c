package io.penstock.bench.cold.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The page that says what was foretold and what came true, with its JSON and its picture. */
public final class ForecastPage {
  /** Of the page. */
  public static final String FILE_NAME = "FORECASTS.md";

  private static final String JSON_NAME = "forecasts.json";
  private static final String PICTURE_NAME = "forecasts.png";
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

  private ForecastPage() {}

  /** Writes all three into a folder. */
  public static void write(List<ForecastResult> results, Map<String, String> machine, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(JSON_NAME), GSON.toJson(results) + "\n");
    boolean isDrawn = ForecastChart.draw(results, folder.resolve(PICTURE_NAME));
    Files.writeString(folder.resolve(FILE_NAME), text(results, machine, isDrawn));
  }

  static String text(List<ForecastResult> results, Map<String, String> machine, boolean isDrawn) {
    StringBuilder text = new StringBuilder(heading(results));
    if (isDrawn) {
      text.append("![Records per second, foretold and measured.](%s)\n\n".formatted(PICTURE_NAME));
    }
    text.append(
        "| records | device | memory | by | limit | first epoch, records/s | measured | ratio |"
            + " later epochs | measured | ratio | first batch, s | measured | passes |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | ---"
            + " |\n");
    for (ForecastResult result : results) {
      text.append(row(result)).append('\n');
    }
    text.append("\nRatios are what was foretold over what was measured. Passes are the bytes that")
        .append(" were read, over those of the file, in all epochs together.\n\n## Machine\n\n");
    MarkdownTables.facts(machine).forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static String heading(List<ForecastResult> results) {
    List<ForecastResult> run = results.stream().filter(one -> one.absent() == null).toList();
    List<ForecastResult.Pair> rates = run.stream().flatMap(one -> one.rates().stream()).toList();
    long right =
        run.stream()
            .filter(one -> one.rates().stream().allMatch(ForecastResult.Pair::isTrue))
            .count();
    return """
    # What was foretold, and what came true

    Made by `bench/run --forecasts`: runs on a disk that a control group holds to the limits of a
    device, beside what `penstock plan` says of them. In %d of %d cells each rate is within 15 %%
    of what was foretold; of %d rates, %d are.

    """
        .formatted(
            right,
            run.size(),
            rates.size(),
            rates.stream().filter(ForecastResult.Pair::isTrue).count());
  }

  private static String row(ForecastResult result) {
    String begin =
        "| %s | %s | 1/%d |"
            .formatted(Units.bytes((double) result.recordBytes()), result.profile(), result.part());
    if (result.absent() != null) {
      return begin + " absent: " + result.absent() + " | | | | | | | | | | |";
    }
    return begin
        + " %s | %s | %s | %s | %s | %s |"
            .formatted(
                result.way(),
                result.limit(),
                rates(result.firstPerSecond()),
                rates(result.laterPerSecond()),
                seconds(result.firstBatchSeconds()),
                number(result.sweptPasses()));
  }

  private static String rates(ForecastResult.Pair pair) {
    return pair == null
        ? " | | "
        : "%s | %s | %s%s"
            .formatted(
                Units.rate(pair.foretold()),
                Units.rate(pair.measured()),
                number(pair.ratio()),
                pair.isTrue() ? "" : " **off**");
  }

  private static String seconds(ForecastResult.Pair pair) {
    return pair == null
        ? " | "
        : "%s | %s".formatted(number(pair.foretold()), number(pair.measured()));
  }

  private static String number(Double value) {
    return value == null ? "" : String.format(Locale.ROOT, "%.2f", value);
  }
}

package io.penstock.bench.cold.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.internal.tune.EpochLimit;
import io.penstock.internal.tune.Forecast;
import io.penstock.internal.tune.ForecastWay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came true of what was foretold, for runs that are made up. */
class ForecastPageTest {
  private static final long RECORDS = 100_000;

  @TempDir private Path folder;

  /** Foretold: 20 s and 10 s. */
  private static ForecastResult windows(double firstSeconds, double laterSeconds) {
    Forecast forecast =
        new Forecast(1 << 20, ForecastWay.WINDOWS, 10_000, RECORDS, 0.1, 20, 10, EpochLimit.BYTES);
    JsonArray ends = new JsonArray();
    ends.add(firstSeconds);
    ends.add(firstSeconds + laterSeconds);
    JsonObject facts = new JsonObject();
    facts.add("epochEnds", ends);
    facts.addProperty("firstBatchSeconds", 0.2);
    facts.addProperty("bytesRead", 3 * RECORDS * 784);
    Measurement round =
        new Measurement(1, 2 * RECORDS, firstSeconds + laterSeconds, 1.0, null, null, 0, facts);
    return ForecastResult.of(784, RECORDS, "gp3", 4, forecast, null, List.of(round));
  }

  private static String page(ForecastResult... results) {
    return ForecastPage.text(List.of(results), Map.of("cpu", "made up"), true);
  }

  @Test
  void firstAndLaterEpochsAreComparedOnTheirOwn() {
    ForecastResult result = windows(20, 5);

    assertThat(result.firstPerSecond().ratio()).isEqualTo(1);
    assertThat(result.laterPerSecond().ratio()).isEqualTo(0.5);
    assertThat(result.rates()).hasSize(2);
    assertThat(result.sweptPasses()).isEqualTo(3);
    assertThat(page(result))
        .contains("In 0 of 1 cells", "of 2 rates, 1 are")
        .contains("| 784 B | gp3 | 1/4 | windows | bytes | 5000 | 5000 | 1.00 | 10.0k | 20.0k |")
        .contains("0.50 **off** | 0.10 | 0.20 | 3.00 |");
  }

  @Test
  void fifteenPercentEitherWayIsTrue() {
    assertThat(page(windows(20 / 1.149, 10 / 0.851))).contains("In 1 of 1 cells");
    assertThat(page(windows(20 / 1.151, 10))).contains("In 0 of 1 cells");
    assertThat(page(windows(20, 10 / 0.849))).contains("In 0 of 1 cells");
  }

  @Test
  void anEpochThatDidNotEndIsNotCompared() {
    Forecast forecast =
        new Forecast(1 << 20, ForecastWay.WINDOWS, 10_000, RECORDS, 0.1, 20, 10, EpochLimit.BYTES);
    ForecastResult result =
        ForecastResult.of(
            784,
            RECORDS,
            "hdd",
            2,
            forecast,
            null,
            List.of(new Measurement(1, 10, 1, 1.0, null, null, 0, new JsonObject())));

    assertThat(result.rates()).isEmpty();
    assertThat(page(result)).contains("of 0 rates, 0 are");
  }

  @Test
  void whatCouldNotRunSaysWhyAndIsNoCell() {
    Forecast forecast = new Forecast(1, ForecastWay.WINDOWS, 1, RECORDS, 1, 1, 1, EpochLimit.BYTES);
    ForecastResult result =
        ForecastResult.of(784, RECORDS, "gp3", 4, forecast, "cgroups are not", List.of());

    assertThat(result.isWrong()).isFalse();
    assertThat(page(result)).contains("absent: cgroups are not", "In 0 of 0 cells");
    ForecastResult wrong =
        ForecastResult.of(784, RECORDS, "gp3", 4, forecast, Entry.wrong("x"), List.of());
    assertThat(wrong.isWrong()).isTrue();
  }

  @Test
  void theFolderHasThePageItsPictureAndItsNumbers() throws IOException {
    ForecastPage.write(List.of(windows(20, 10)), Map.of("cpu", "made up"), folder);

    assertThat(folder.resolve("forecasts.png")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("forecasts.json"))).contains("\"profile\": \"gp3\"");
    assertThat(Files.readString(folder.resolve(ForecastPage.FILE_NAME)))
        .contains("![Records per second, foretold and measured.](forecasts.png)")
        .contains("| cpu | made up |");
  }
}

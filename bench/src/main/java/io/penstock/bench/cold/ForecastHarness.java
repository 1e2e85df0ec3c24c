package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Entry;
import io.penstock.bench.cold.report.ForecastPage;
import io.penstock.bench.cold.report.ForecastResult;
import io.penstock.bench.cold.report.Measurement;
import io.penstock.internal.tune.Forecast;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Holds {@code penstock plan} against what comes true: foretells runs on limited devices, does
 * them, and writes both into a page and a picture.
 *
 * <p>Files lie in the scratch folder, one at a time. Each run is a first epoch and a later one.
 */
final class ForecastHarness {
  /** A pass over them takes two or three seconds on slow devices, one or two on fast ones. */
  private static final long SLOW_FILE_BYTES = 448 << 20;

  private static final long FAST_FILE_BYTES = 1 << 30;
  private static final long FAST_BYTES_PER_SECOND = 300_000_000;

  private final Settings settings;
  private final PrintStream talk;

  ForecastHarness(Settings settings, PrintStream talk) {
    this.settings = settings;
    this.talk = talk;
  }

  /** Does all that is asked for; returns the exit code. */
  int run() throws IOException, InterruptedException {
    List<ForecastResult> results = new ArrayList<>();
    Map<String, String> machine;
    try (Scratch scratch = new Scratch(settings, talk)) {
      CellRunner runner = new CellRunner(settings, scratch.folder(), talk);
      for (ForecastCase one : ForecastCase.all(limited())) {
        if (settings.profileSizes().stream().anyMatch(one.size()::equals)) {
          results.add(measure(one, scratch, runner));
        }
      }
      machine = Machine.facts(settings, scratch.device());
    }
    Path folder = settings.folder().resolve(settings.name());
    ForecastPage.write(results, machine, folder);
    talk.println("results: " + folder.resolve(ForecastPage.FILE_NAME));
    return results.stream().anyMatch(ForecastResult::isWrong) ? 1 : 0;
  }

  /** Slow ones first: they share a file. */
  private List<Profile> limited() {
    return settings.profiles().stream()
        .filter(Profile::isLimited)
        .sorted(Comparator.comparingLong(Profile::bytesPerSecond))
        .toList();
  }

  private ForecastResult measure(ForecastCase one, Scratch scratch, CellRunner runner)
      throws IOException, InterruptedException {
    CellFiles files = new CellFiles(settings.scratch(), one.size(), fileBytes(one.profile()));
    scratch.use(files);
    Cell cell =
        new Cell(files, State.COLD, one.profile(), scratch.device(), 0, ForecastCase.EPOCHS);
    Forecast forecast = one.forecast(cell);
    Contender contender = one.contender(cell);
    files.make(List.of(contender), talk);
    String absent;
    List<Measurement> rounds = List.of();
    try {
      ControlGroups.create(one.profile(), scratch.device().number(), 0).close();
      Entry entry = runner.measure(cell, List.of(contender)).getFirst();
      absent = entry.absent();
      rounds = entry.rounds();
    } catch (AbsentException e) {
      absent = e.getMessage();
    }
    ForecastResult result =
        ForecastResult.of(
            one.size().bytes(),
            cell.file().recordCount(),
            one.profile().name(),
            one.part(),
            forecast,
            absent,
            rounds);
    talk.println(result.line());
    return result;
  }

  private long fileBytes(Profile profile) {
    if (settings.profileFileBytes() > 0) {
      return settings.profileFileBytes();
    }
    return profile.bytesPerSecond() < FAST_BYTES_PER_SECOND ? SLOW_FILE_BYTES : FAST_FILE_BYTES;
  }
}

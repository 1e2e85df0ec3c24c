package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Entry;
import io.penstock.bench.cold.report.Measurement;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Runs all contenders of a cell, interleaved: in every round each of them once, in another order,
 * so that what changes on the machine meanwhile meets all.
 *
 * <p>Variants are tried beforehand, several times for half of the time each, and the best takes
 * part in the rounds. A contender that fails once is absent, with the reason; what it did before
 * does not count.
 */
final class CellRunner {
  private static final List<String> LONG_FACTS = List.of("readahead", "reason");

  private final Settings settings;
  private final Runner fio;
  private final Runner memory;
  private final Runner children;
  private final PrintStream talk;

  /** Orders used so far: each run gets others, and room for epochs that fill a cache. */
  private long runs;

  CellRunner(Settings settings, Path folder, PrintStream talk) throws IOException {
    this.settings = settings;
    this.fio = new FioRunner(folder);
    this.memory = new CopyRunner();
    this.children = new ChildRunner(settings, folder);
    this.talk = talk;
  }

  List<Entry> measure(Cell cell, List<Contender> contenders)
      throws IOException, InterruptedException {
    List<Candidate> candidates = new ArrayList<>();
    for (Contender contender : contenders) {
      candidates.add(new Candidate(cell, contender));
    }
    for (Candidate candidate : candidates) {
      candidate.chooseVariant();
    }
    Random random = new Random(settings.seed());
    for (int round = 1; round <= settings.rounds(); round++) {
      List<Candidate> order = new ArrayList<>(candidates);
      Collections.shuffle(order, random);
      for (Candidate candidate : order) {
        candidate.run(round);
      }
    }
    return candidates.stream().map(Candidate::entry).toList();
  }

  /** A contender in a cell, and what is known of it so far. */
  private final class Candidate {
    private final Cell cell;
    private final Contender contender;
    private final List<Measurement> rounds = new ArrayList<>();
    private String variant;
    private String absent;

    Candidate(Cell cell, Contender contender) {
      this.cell = cell;
      this.contender = contender;
      this.variant = contender.variants().getFirst();
    }

    void chooseVariant() throws IOException, InterruptedException {
      if (contender.variants().size() == 1 || settings.tries() == 0) {
        return;
      }
      Map<String, Double> speeds = new LinkedHashMap<>();
      List<String> left = new ArrayList<>(contender.variants());
      String reason = null;
      for (int pass = 0; pass < settings.tries(); pass++) {
        for (String each : List.copyOf(left)) {
          absent = null;
          Measurement measurement = measure(each, 0);
          if (measurement == null) {
            // One variant may be refused (fixed buffers, say) while others work.
            reason = absent;
            left.remove(each);
            speeds.remove(each);
          } else {
            speeds.merge(each, measurement.recordsPerSecond(), Double::sum);
          }
        }
      }
      absent = speeds.isEmpty() ? reason : null;
      speeds.entrySet().stream()
          .max(Map.Entry.comparingByValue())
          .ifPresent(best -> variant = best.getKey());
    }

    void run(int round) throws IOException, InterruptedException {
      if (absent != null) {
        return;
      }
      Measurement measurement = measure(variant, round);
      if (measurement != null) {
        if (!rounds.isEmpty()) {
          // Long, and told by the first round already.
          LONG_FACTS.forEach(measurement.facts()::remove);
        }
        rounds.add(measurement);
      }
    }

    /** Runs it once; null if that failed, and then it is known to be absent. */
    private Measurement measure(String which, int round) throws IOException, InterruptedException {
      double timed = round == 0 ? settings.seconds() / 2 : settings.seconds();
      double seconds = contender.isWholeEpoch() ? settings.wholeSeconds() : timed;
      ColdRun run = new ColdRun(cell, contender, which, round, 1 + 10 * runs++, seconds);
      try {
        Measurement measurement = runner().run(run);
        tell(which, round, rate(measurement));
        return measurement;
      } catch (AbsentException e) {
        absent = withoutPaths(e.getMessage());
      } catch (WrongBytesException e) {
        absent = Entry.wrong(withoutPaths(e.getMessage()));
      }
      tell(which, round, "absent: " + absent);
      return null;
    }

    private Runner runner() {
      return switch (contender.program()) {
        case FIO -> fio;
        case MEMORY -> memory;
        case JAVA, PYTHON, TORCH -> children;
      };
    }

    /** Results may be published; paths are private. */
    private String withoutPaths(String message) {
      return message.replace(settings.scratch() + "/", "");
    }

    private void tell(String which, int round, String outcome) {
      talk.printf(
          "%s, %s: %s%s: %s%n",
          cell,
          round == 0 ? "trying" : "round %d of %d".formatted(round, settings.rounds()),
          contender.name(),
          which.isEmpty() ? "" : " " + which,
          outcome);
    }

    private static String rate(Measurement measurement) {
      String speed = String.format(Locale.ROOT, "%.0f records/s", measurement.recordsPerSecond());
      return measurement.cpuSeconds() == null
          ? speed
          : String.format(Locale.ROOT, "%s, %.2f us CPU", speed, measurement.cpuMicrosPerRecord());
    }

    Entry entry() {
      return new Entry(
          contender.name(),
          contender.about(),
          variant,
          contender.memoryBytes(),
          absent,
          absent == null ? List.copyOf(rounds) : List.of());
    }
  }
}

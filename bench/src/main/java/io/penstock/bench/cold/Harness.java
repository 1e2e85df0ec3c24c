package io.penstock.bench.cold;

import io.penstock.bench.cold.report.CellResult;
import io.penstock.bench.cold.report.Entry;
import io.penstock.bench.cold.report.Results;
import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Goes over record sizes, profiles and states; makes the files, one size at a time; saves results
 * after every cell.
 */
final class Harness {
  /** A process with a JVM needs so much; with less, the limit would measure swapping of code. */
  private static final long LEAST_LIMIT_BYTES = 512 << 20;

  private static final long MEBIBYTE = 1 << 20;

  private final Settings settings;
  private final Lineup lineup;
  private final PrintStream talk;

  Harness(Settings settings, Lineup lineup, PrintStream talk) {
    this.settings = settings;
    this.lineup = lineup;
    this.talk = talk;
  }

  /** Measures everything; returns whether all delivered what they were asked for. */
  boolean run() throws IOException, InterruptedException {
    Path results = settings.folder().resolve(settings.name());
    boolean isRight = true;
    try (Scratch scratch = new Scratch(settings, talk)) {
      Map<String, String> machine = lineup.machine(scratch.device());
      CellRunner runner = new CellRunner(settings, scratch.folder(), talk);
      for (Plan plan : plans()) {
        isRight &= measure(plan, scratch, machine, runner, results);
      }
    }
    talk.println("results: " + results.resolve("REPORT.md"));
    return isRight;
  }

  /** A file, and the cells measured with it. */
  private record Plan(RecordSize recordSize, long fileBytes, List<Profile> profiles) {}

  private List<Plan> plans() {
    List<Plan> plans = new ArrayList<>();
    List<Profile> limited = settings.profiles().stream().filter(Profile::isLimited).toList();
    for (RecordSize size : settings.recordSizes()) {
      if (settings.profiles().contains(Profile.AS_IS)) {
        plans.add(new Plan(size, settings.fileBytes(), List.of(Profile.AS_IS)));
      }
      if (!limited.isEmpty() && settings.profileSizes().contains(size)) {
        plans.add(new Plan(size, settings.profileFileBytes(), limited));
      }
    }
    return plans;
  }

  private boolean measure(
      Plan plan, Scratch scratch, Map<String, String> machine, CellRunner runner, Path results)
      throws IOException, InterruptedException {
    CellFiles files = new CellFiles(settings.scratch(), plan.recordSize(), plan.fileBytes());
    scratch.use(files);
    boolean isRight = true;
    for (Cell cell : cells(plan, files, scratch.device())) {
      CellResult result = measure(cell, runner);
      lineup.save(Results.load(results).with(result, machine, lineup.describe()), results);
      isRight &= result.entries().stream().noneMatch(Entry::isWrong);
    }
    return isRight;
  }

  private List<Cell> cells(Plan plan, CellFiles files, Device device) {
    List<Cell> cells = new ArrayList<>();
    for (Profile profile : plan.profiles()) {
      for (State state : settings.states()) {
        // What is in memory does not depend on the disk.
        if (!profile.isLimited() || state != State.WARM) {
          cells.add(new Cell(files, state, profile, device, limitBytes(state, files.records()), 1));
        }
      }
    }
    return cells;
  }

  private CellResult measure(Cell cell, CellRunner runner)
      throws IOException, InterruptedException {
    String skipped = null;
    List<Entry> entries = List.of();
    try {
      List<Contender> contenders = lineup.contenders(cell);
      cell.files().make(contenders, talk);
      check(cell);
      entries = runner.measure(cell, contenders);
    } catch (AbsentException e) {
      skipped = e.getMessage();
      talk.printf("%s: skipped: %s%n", cell, skipped);
    }
    return new CellResult(
        cell.file().size() instanceof RecordSize.Lognormal sizes ? sizes.medianBytes() : 0,
        cell.file().recordBytes(),
        cell.file().recordCount(),
        cell.state().label(),
        cell.profile().name(),
        cell.limitBytes(),
        "%s, at %s, commit %s"
            .formatted(
                settings.seconds() > 0
                    ? "timed runs of %.1f s".formatted(settings.seconds())
                    : "whole epochs",
                LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MINUTES),
                Machine.commit()),
        skipped,
        entries);
  }

  /**
   * Whether the state and the profile can be had at all; and sets what holds for the whole cell.
   */
  private void check(Cell cell) throws AbsentException, IOException {
    // Makes and removes the groups once: whatever is wrong with them is wrong with all runs.
    ControlGroups.create(cell.profile(), cell.device().number(), cell.limitBytes()).close();
    switch (cell.state()) {
      case COLD, FITS -> PageCache.drop(cell.file().path());
      case WARM -> PageCache.load(cell.file().path());
      case LARGER -> {
        if (settings.isLarge()) {
          PageCache.read(cell.file().path());
        } else if (cell.limitBytes() * 2 - MEBIBYTE > cell.file().fileBytes()) {
          // Whole records make a file a little smaller than what was asked for.
          throw new AbsentException(
              "the file has to be at least 2 x the memory limit of %d MiB, is %d MiB (--file-size)"
                  .formatted(cell.limitBytes() >> 20, cell.file().fileBytes() >> 20));
        }
      }
    }
  }

  private long limitBytes(State state, RecordFile file) {
    return state == State.LARGER && !settings.isLarge()
        ? Math.max(LEAST_LIMIT_BYTES, file.fileBytes() / 4)
        : 0;
  }
}

package io.penstock.bench.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.bench.cold.report.CellResult;
import io.penstock.bench.cold.report.Entry;
import io.penstock.bench.cold.report.Results;
import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the whole harness once, tiny, so that it does not rot. */
class HarnessTest {
  private static final String[] TINY = {
    "--name=tiny",
    "--sizes=784",
    "--profiles=as-is",
    "--file-size=1m",
    "--rounds=1",
    "--seconds=0.05",
    "--warmup=0",
    // One of each kind: a process takes long to start, and variants are tried one by one.
    "--contenders=fio-sequential|penstock-mmap|filechannel-map|numpy-memmap|pytorch|lance"
  };

  /** Not in the temp folder: that may be memory, where nothing is ever cold. */
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "harness");
  }

  @AfterEach
  void deleteFolder() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void everyContenderIsMeasuredOrAbsentWithAReason() throws IOException {
    assertThat(run("--states=cold,warm")).isZero();

    Results results = Results.load(folder.resolve("tiny"));
    assertThat(results.cells()).hasSize(2);
    for (CellResult cell : results.cells()) {
      assertThat(cell.skipped()).isNull();
      assertThat(cell.entries()).hasSizeGreaterThanOrEqualTo(4);
      for (Entry entry : cell.entries()) {
        assertThat(entry.absent() == null)
            .as(entry.toString())
            .isEqualTo(!entry.rounds().isEmpty());
        assertThat(entry.absent() == null || !entry.absent().isBlank()).isTrue();
      }
      // Need nothing that may be missing.
      assertThat(cell.entry("filechannel-map")).isPresent();
      assertThat(cell.entry("penstock-mmap")).isPresent();
    }
    // Its library is left out unless it is asked for.
    assertThat(results.cells().getFirst().entries())
        .filteredOn(entry -> entry.contender().equals("lance"))
        .singleElement()
        .satisfies(lance -> assertThat(lance.absent()).contains("mvn -Plance"));
    assertThat(folder.resolve("tiny/REPORT.md")).exists();
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void whatFitsIsMeasuredBesideCat() throws IOException {
    assertThat(run("--states=fits", "--contenders=penstock|cat-.*")).isZero();

    CellResult cell = Results.load(folder.resolve("tiny")).cells().getFirst();
    assertThat(cell.state()).isEqualTo("fits");
    for (String name : new String[] {"penstock", "cat-penstock"}) {
      assertThat(cell.entry(name).orElseThrow().absent()).as(name).isNull();
    }
  }

  @Test
  void recordsOfDifferentSizesAreReadByAllTheirContenders() throws IOException {
    String contenders =
        "penstock-(pread|fixed)|filechannel-reads|numpy-memmap|inexact-webdataset-2";
    assertThat(
            run(
                "--states=cold",
                "--sizes=~100k",
                // Room for half of it beside batches read ahead.
                "--file-size=130m",
                "--windows=2",
                "--contenders=" + contenders))
        .isZero();

    CellResult cell = Results.load(folder.resolve("tiny")).cells().getFirst();
    assertThat(cell.title()).contains("median 100 KiB");
    assertThat(cell.entries()).hasSize(5);
    for (Entry entry : cell.entries()) {
      // NumPy may be missing.
      assertThat(entry.absent())
          .as(entry.toString())
          .satisfiesAnyOf(
              absent -> assertThat(absent).isNull(),
              absent -> assertThat(absent).contains("numpy"));
    }
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void wrongBytesAreFoundAndFailTheRun() throws IOException {
    RecordFile file =
        RecordFile.ofSize(
            scratch().resolve("records-784-1.npy"), new RecordSize.Equal(784), 1 << 20);
    Files.createDirectories(scratch());
    file.make();
    try (RandomAccessFile raw = new RandomAccessFile(file.path().toFile(), "rw")) {
      for (long index = 0; index < file.recordCount(); index++) {
        // The last byte of each record.
        raw.seek(RecordFile.DATA_OFFSET + (index + 1) * 784 - 1);
        int found = raw.read();
        raw.seek(RecordFile.DATA_OFFSET + (index + 1) * 784 - 1);
        raw.write(found ^ 1);
      }
      raw.getFD().sync();
    }

    assertThat(run("--states=warm", "--contenders=filechannel-map")).isOne();

    Entry entry = Results.load(folder.resolve("tiny")).cells().getFirst().entries().getFirst();
    assertThat(entry.absent()).startsWith("WRONG BYTES").contains("filechannel-map");
    assertThat(entry.rounds()).isEmpty();
  }

  /** Where control groups cannot be written, all of it is absent, with the reason. */
  @Test
  void forecastsAreComparedWithRuns() throws IOException {
    assertThat(
            run(
                "--forecasts",
                "--profiles=gp3-16k",
                "--profile-sizes=784",
                "--profile-file-size=16m",
                "--seconds=0.1"))
        .isZero();

    String page = Files.readString(folder.resolve("tiny/FORECASTS.md"));
    assertThat(page.lines().filter(line -> line.startsWith("| 784 B | gp3-16k | 1/"))).hasSize(3);
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void scalingIsMeasuredBesideBothLimits() throws IOException {
    assertThat(run("--scaling", "--threads=1,3", "--windows=4", "--file-size=64m", "--tries=0"))
        .isZero();

    String page = Files.readString(folder.resolve("tiny/SCALING.md"));
    assertThat(page.lines().filter(line -> line.matches("\\| 1/4 \\| [13] \\| .* to .*")))
        .hasSize(2);
    assertThat(page)
        .contains("| memory-copy-1 | ", "| memory-copy-3 | ", "| penstock-window-4-threads-3 | ");
    assertThat(folder.resolve("tiny/scaling.png")).isNotEmptyFile();
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void wrongUsageIsExitCodeTwo() {
    assertThat(run("--profiles=floppy")).isEqualTo(2);
    assertThat(run("--sizes=10")).isEqualTo(2);
    assertThat(run("--sizes=~10")).isEqualTo(2);
    assertThat(run("--sizes=6k~")).isEqualTo(2);
    assertThat(run("--rounds=0")).isEqualTo(2);
    assertThat(run("--scaling", "--threads=0")).isEqualTo(2);
    assertThat(run("--scaling", "--sizes=784,4k")).isEqualTo(2);
    assertThat(run("--scaling", "--forecasts")).isEqualTo(2);
    assertThat(run("--no-such-option")).isEqualTo(2);
  }

  private int run(String... options) {
    List<String> arguments = new ArrayList<>();
    for (String option : TINY) {
      String name = option.substring(0, option.indexOf('='));
      if (List.of(options).stream().noneMatch(other -> other.startsWith(name + "="))) {
        arguments.add(option);
      }
    }
    arguments.add("--dir=" + scratch());
    arguments.add("--results=" + folder);
    arguments.addAll(List.of(options));
    return Main.run(arguments.toArray(String[]::new));
  }

  private Path scratch() {
    return folder.resolve("scratch");
  }
}

package io.penstock.bench.together;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.bench.cold.report.Entry;
import io.penstock.bench.cold.report.Measurement;
import io.penstock.bench.cold.report.Results;
import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs ranks beside one process once, tiny. */
class RanksTogetherTest {
  private static final RecordSize SIZE = new RecordSize.Equal(784);
  private static final long FILE_BYTES = 4 << 20;

  private final ByteArrayOutputStream talk = new ByteArrayOutputStream();

  /** Not in the temp folder: that may be memory, where nothing is ever cold. */
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "together");
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
  void ranksAreHeldAgainstOneProcess() throws IOException {
    assertThat(run("--rounds=2", "--by-position"))
        .as(talk.toString(StandardCharsets.UTF_8))
        .isZero();

    List<Entry> entries = Results.load(report()).cells().getFirst().entries();
    assertThat(entries)
        .extracting(Entry::contender)
        .containsExactly("one-process", "2-by-place", "2-by-position");
    long records = RecordFile.ofSize(folder, SIZE, FILE_BYTES).recordCount();
    for (Entry entry : entries) {
      assertThat(entry.absent()).as(entry.contender()).isNull();
      assertThat(entry.rounds()).extracting(Measurement::round).containsExactly(1, 2);
      assertThat(entry.rounds()).extracting(Measurement::records).containsOnly(records);
      for (Measurement round : entry.rounds()) {
        assertThat(round.fact("bytesRead")).isGreaterThan(FILE_BYTES / 2);
        assertThat(round.facts().has("rankSeconds"))
            .isEqualTo(!entry.contender().startsWith("one"));
      }
    }
    assertThat(Files.readString(report().resolve("REPORT.md")))
        .contains("2-by-place / one-process: records/s", "2-by-place / one-process: bytes read");
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void aWrongRecordIsFoundInWhicheverRankItIs() throws IOException {
    Files.createDirectories(scratch());
    RecordFile file =
        RecordFile.ofSize(scratch().resolve("records-784-4.npy"), SIZE, FILE_BYTES).make();
    try (RandomAccessFile raw = new RandomAccessFile(file.path().toFile(), "rw")) {
      raw.seek(file.fileBytes() - 1);
      int found = raw.read();
      raw.seek(file.fileBytes() - 1);
      raw.write(found ^ 1);
      raw.getFD().sync();
    }

    assertThat(run("--rounds=1")).isOne();

    assertThat(Results.load(report()).cells().getFirst().entries())
        .hasSize(2)
        .allSatisfy(entry -> assertThat(entry.absent()).startsWith("WRONG BYTES"));
  }

  @Test
  void wrongUsageIsExitCodeTwo() {
    assertThat(run("--ranks=1")).isEqualTo(2);
    assertThat(run("--ranks=3", "--batch=256")).isEqualTo(2);
    assertThat(run("--record-bytes=10")).isEqualTo(2);
    assertThat(run("--profile=floppy")).isEqualTo(2);
    assertThat(run("--rounds=0")).isEqualTo(2);
    assertThat(run("--io-threads=0")).isEqualTo(2);
  }

  private int run(String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    for (String usual :
        List.of("--ranks=2", "--batch=256", "--readahead=backend=pread", "--file-size=4m")) {
      String name = usual.substring(0, usual.indexOf('='));
      if (arguments.stream().noneMatch(each -> each.startsWith(name + "="))) {
        arguments.add(usual);
      }
    }
    arguments.addAll(
        List.of("--dir=" + scratch(), "--report=" + report(), "--memory=64m", "--warmup=0"));
    return Main.run(
        new PrintStream(talk, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
  }

  private Path scratch() {
    return folder.resolve("scratch");
  }

  private Path report() {
    return folder.resolve("report");
  }
}

package io.penstock.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code checksum --force}, killed before each change that it makes in the directory, one after the
 * other: there are the old checksums, all of them, or the new ones.
 */
@Timeout(120)
final class ChecksumKilledTest {
  private static final int RECORDS = 20;
  private static final int MOST_STEPS = 30;
  private static final int KILLED = 128 + 9;

  @TempDir private Path scratch;
  private Path directory;
  private Path texts;
  private Path labels;
  private Path manifest;

  /** What belongs to the old manifest, and the manifest, by name. */
  private final Map<String, byte[]> old = new TreeMap<>();

  private JsonObject oldVerdict;

  @BeforeEach
  void write() throws IOException {
    directory = Files.createDirectory(scratch.resolve("data"));
    texts = Files.createDirectory(directory.resolve("texts"));
    for (int i = 0; i < RECORDS; i++) {
      Files.writeString(texts.resolve("%02d.txt".formatted(i)), "text ".repeat(i + 1));
    }
    labels = Run.records(directory.resolve("labels.npy"), RECORDS, 2);
    manifest = directory.resolve("texts.penstock.json");
    assertThat(Run.of("checksum", texts, labels).code()).isZero();
    for (String name : names()) {
      if (name.contains(".penstock")) {
        old.put(name, Files.readAllBytes(directory.resolve(name)));
      }
    }
    // Names and sizes stay.
    Files.writeString(texts.resolve("07.txt"), "Text ".repeat(8));
    byte[] bytes = Files.readAllBytes(labels);
    bytes[bytes.length - 1] ^= 1;
    Files.write(labels, bytes);
    oldVerdict = verdict();
    assertThat(oldVerdict.get("damagedRecords").getAsInt()).isEqualTo(2);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private JsonObject verdict() {
    JsonObject found =
        JsonParser.parseString(Run.of("verify", "--json", manifest).text()).getAsJsonObject();
    found.remove("seconds");
    found.remove("bytesPerSecond");
    return found;
  }

  @Test
  void whereverItIsKilledTheOldChecksumsAreThereOrTheNewOnes()
      throws IOException, InterruptedException {
    Path killer = compile();
    int olds = 0;
    int news = 0;
    int code = KILLED;
    for (int step = 1; code == KILLED; step++) {
      assertThat(step).isLessThan(MOST_STEPS);
      restore();
      code = runKilled(killer, step);
      boolean isNew = !Arrays.equals(Files.readAllBytes(manifest), old());
      if (isNew) {
        news++;
        assertThat(verdict().get("ok").getAsBoolean()).as("step %d", step).isTrue();
      } else {
        olds++;
        assertThat(verdict()).as("step %d", step).isEqualTo(oldVerdict);
      }
      Run read = Run.of("read", texts, labels, "--verify");
      assertThat(read.code()).isEqualTo(isNew ? ExitCodes.DONE : ExitCodes.FAILED);
      assertThat(read.err()).doesNotContain("expected the checksums of records");
      assertThat(Run.of("checksum", texts, labels, "--force").code()).isZero();
      assertThat(names()).as("step %d", step).hasSize(5).noneMatch(this::isLeftover);
    }
    assertThat(code).isZero();
    assertThat(olds)
        .isGreaterThan(2); // Both files are made under other names, and the first named.
    assertThat(news).isGreaterThan(1); // Killed before the old file is deleted, and not killed.
  }

  private byte[] old() {
    return old.get(String.valueOf(manifest.getFileName()));
  }

  private boolean isLeftover(String name) {
    return name.contains("partial") || (name.contains("penstock-records") && old.containsKey(name));
  }

  private void restore() throws IOException {
    for (String name : names()) {
      if (name.contains(".penstock")) {
        Files.delete(directory.resolve(name));
      }
    }
    for (Map.Entry<String, byte[]> file : old.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
  }

  private Path compile() throws IOException, InterruptedException {
    Path source = scratch.resolve("killer.c");
    try (InputStream stream = ChecksumKilledTest.class.getResourceAsStream("/killer.c")) {
      Files.copy(stream, source);
    }
    Path library = scratch.resolve("killer.so");
    List<String> command =
        List.of("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
    try {
      assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
      return library;
    } catch (IOException _) {
      return abort("there is no C compiler here");
    }
  }

  private int runKilled(Path killer, int step) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of("io.penstock.cli.Main", "checksum"));
    command.addAll(List.of(texts.toString(), labels.toString(), "--force"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("LD_PRELOAD", killer.toString());
    builder.environment().put("KILL_DIR", directory.toString());
    builder.environment().put("KILL_AT", String.valueOf(step));
    return builder.start().waitFor();
  }

  @Test
  void checksumsOfRecordsThatAreNotThoseOfTheManifestAreToldByName() throws IOException {
    restore();
    Path records =
        directory.resolve(
            old.keySet().stream().filter(name -> name.contains("-records-")).findFirst().get());
    byte[] bytes = old.get(String.valueOf(records.getFileName())).clone();
    bytes[bytes.length - 1] ^= 1;
    Files.write(records, bytes);
    Run read = Run.of("read", texts, labels, "--verify");
    assertThat(read.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(read.err())
        .hasLineCount(1)
        .contains(records + ": expected the checksums of records that " + manifest)
        .contains("found others", "run penstock checksum again, with --force");
    Files.delete(records);
    assertThat(Run.of("read", texts, labels, "--verify").err())
        .hasLineCount(1)
        .contains("found none", "run penstock checksum again, with --force");
  }
}

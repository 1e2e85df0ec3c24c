package io.penstock.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checksums written down, and what is found with them when something was damaged. */
@Timeout(120)
final class VerifyCommandTest {
  private static final int RECORDS = 40_000;
  private static final int RECORD_BYTES = 64;

  @TempDir Path directory;
  private Path images;
  private Path labels;
  private Path manifest;

  @BeforeEach
  void write() {
    images = Run.records(directory.resolve("images.npy"), RECORDS, RECORD_BYTES);
    labels = Run.records(directory.resolve("labels.npy"), RECORDS, 2);
    manifest = directory.resolve("images.penstock.json");
  }

  private static JsonObject json(Run run) {
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  private JsonObject checksum(Object... more) {
    List<Object> words = new ArrayList<>(List.of("checksum", images, labels, "--json"));
    words.addAll(List.of(more));
    Run run = Run.of(words.toArray());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return json(run);
  }

  @Test
  void eachOfSeveralIsToldWhateverTheOthersAre() throws IOException {
    checksum();
    Path missing = directory.resolve("missing.npy");
    for (List<Path> order : List.of(List.of(images, missing), List.of(missing, images))) {
      Run run = Run.of("verify", order.getFirst(), order.getLast());
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.text()).contains(manifest.toString(), "all as it was");
      assertThat(run.err())
          .hasLineCount(1)
          .contains("missing.penstock.json: expected the manifest", "no such file or directory");
      Run json = Run.of("verify", order.getFirst(), order.getLast(), "--json");
      assertThat(json(json).getAsJsonArray("manifests")).hasSize(1);
    }
    flipBit(images, 500);
    Run run = Run.of("verify", images, missing);
    assertThat(run.text()).contains("damaged");
    assertThat(run.err()).hasLineCount(2).contains("1 file with problems").contains("missing");
  }

  @Test
  void aManifestMayHaveAnyName() {
    Path named = directory.resolve("sums");
    checksum("--manifest", named);
    Run run = Run.of("verify", named);
    assertThat(run.err()).isEmpty();
    assertThat(run.text()).contains("all as it was");
  }

  private static void flipBit(Path file, long offset) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int old = bytes.read();
      bytes.seek(offset);
      bytes.write(old ^ 0x10);
    }
  }

  private JsonObject failed(Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).startsWith("penstock: ");
    return json(run);
  }

  private static List<Long> longs(JsonArray array) {
    List<Long> all = new ArrayList<>();
    for (JsonElement element : array) {
      all.add(element.getAsLong());
    }
    return all;
  }

  @Test
  void whatIsAsItWasIsGood() {
    JsonObject made = checksum();
    assertThat(made.get("manifest").getAsString()).isEqualTo(manifest.toString());
    assertThat(made.get("records").getAsLong()).isEqualTo(RECORDS);
    for (Object path : new Object[] {images, manifest}) {
      Run run = Run.of("verify", path, "--json");
      assertThat(run.err()).isEmpty();
      assertThat(run.code()).isEqualTo(ExitCodes.DONE);
      assertThat(json(run).get("ok").getAsBoolean()).isTrue();
      assertThat(json(run).get("damagedRecords").getAsLong()).isZero();
    }
    assertThat(Run.of("verify", images).text()).contains("all as it was");
  }

  @Test
  void oneFlippedBitAnywhereIsFoundAndItsRecordNamed() throws IOException {
    checksum();
    SplittableRandom random = new SplittableRandom(1);
    long header = Files.size(images) - (long) RECORDS * RECORD_BYTES;
    for (int i = 0; i < 10; i++) {
      long index = i == 0 ? 0 : i == 1 ? RECORDS - 1 : random.nextLong(RECORDS);
      long offset = header + index * RECORD_BYTES + random.nextLong(RECORD_BYTES);
      flipBit(images, offset);
      JsonObject found = failed("verify", images, "--json");
      flipBit(images, offset);
      assertThat(found.get("ok").getAsBoolean()).isFalse();
      assertThat(found.get("damagedRecords").getAsLong()).isEqualTo(1);
      JsonObject record = found.getAsJsonArray("records").get(0).getAsJsonObject();
      assertThat(record.get("index").getAsLong()).isEqualTo(index);
      assertThat(record.get("column").getAsString()).isEqualTo("images");
      JsonObject file = found.getAsJsonArray("files").get(0).getAsJsonObject();
      assertThat(file.get("problem").getAsString()).isEqualTo("damaged");
      assertThat(longs(file.getAsJsonArray("damagedChunks"))).containsExactly(offset >> 20 << 20);
    }
    assertThat(Run.of("verify", images).code()).isEqualTo(ExitCodes.DONE);
  }

  @Test
  void damageInTheHeaderIsDamageOfNoRecord() throws IOException {
    checksum();
    // A space of the padding: the file is read as ever.
    flipBit(labels, Files.size(labels) - 2L * RECORDS - 2);
    Run run = Run.of("verify", manifest, "--json");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(json(run).getAsJsonArray("files")).hasSize(1);
  }

  @Test
  void filesThatAreMissingOrResizedAreNamed() throws IOException {
    checksum();
    Files.delete(labels);
    try (RandomAccessFile file = new RandomAccessFile(images.toFile(), "rw")) {
      file.setLength(file.length() - 5);
    }
    JsonObject found = failed("verify", manifest, "--json");
    JsonArray files = found.getAsJsonArray("files");
    assertThat(files).hasSize(2);
    assertThat(files.get(0).getAsJsonObject().get("problem").getAsString()).isEqualTo("resized");
    assertThat(files.get(1).getAsJsonObject().get("problem").getAsString()).isEqualTo("missing");
    assertThat(files.get(1).getAsJsonObject().get("foundBytes").isJsonNull()).isTrue();
  }

  @Test
  void aShardMoreThanThereWereIsNamed() {
    Run.records(directory.resolve("part-0.npy"), 10, 8);
    Run.records(directory.resolve("part-1.npy"), 10, 8);
    Run made = Run.of("checksum", directory.resolve("part-*.npy"));
    assertThat(made.err()).isEmpty();
    assertThat(Run.of("verify", directory.resolve("part.penstock.json")).code()).isZero();
    Run.records(directory.resolve("part-2.npy"), 10, 8);
    JsonObject found = failed("verify", directory.resolve("part.penstock.json"), "--json");
    JsonObject file = found.getAsJsonArray("files").get(0).getAsJsonObject();
    assertThat(file.get("problem").getAsString()).isEqualTo("extra");
    assertThat(file.get("path").getAsString()).endsWith("part-2.npy");
  }

  @Test
  void damagedChecksumsAreToldFromDamagedData() throws IOException {
    JsonObject made = checksum();
    Path records = Path.of(made.get("recordChecksums").getAsString());
    flipBit(records, Files.size(records) - 1);
    JsonObject found = failed("verify", manifest, "--json");
    assertThat(found.get("damagedRecords").isJsonNull()).isTrue();
    assertThat(found.getAsJsonArray("files")).hasSize(1);
    String text = Files.readString(manifest);
    for (String damaged :
        List.of(
            text.replace("\"fingerprint\": \"", "\"fingerprint\": \"0"),
            // Of the checksums of records: fewer chunks than they have, and more.
            text.replaceFirst("(?s)(\"recordChecksums\".*?\"crc32c\": \")[^\"]*", "$1"),
            text.replaceFirst("(?s)(\"recordChecksums\".*?\"crc32c\": \")", "$100000000"))) {
      assertThat(damaged).isNotEqualTo(text);
      Files.writeString(manifest, damaged);
      Run run = Run.of("verify", manifest);
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).contains("expected a manifest as penstock checksum writes it");
    }
  }

  @Test
  void onlyChecksumsOfTheSameManifestAreDeleted() throws IOException {
    JsonObject one = checksum("--manifest", directory.resolve("run.penstock.json"));
    flipBit(labels, Files.size(labels) - 1);
    checksum("--manifest", directory.resolve("run.json"));
    assertThat(Path.of(one.get("recordChecksums").getAsString())).exists();
    Path data = directory.resolve("run.penstock-records-0123abcd.npy");
    Files.move(images, data);
    images = data;
    checksum("--manifest", directory.resolve("run.json"), "--force");
    assertThat(data).exists();
    try (var files = Files.list(directory)) {
      // The data, and what each of the two manifests names: not what the one before named.
      assertThat(files.filter(file -> file.toString().contains("records-"))).hasSize(3);
    }
  }

  @Test
  void theDataMayBeMovedWithItsChecksums() throws IOException {
    checksum();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.move(file, elsewhere.resolve(file.getFileName()));
      }
    }
    assertThat(Run.of("verify", elsewhere.resolve("images.npy")).code()).isZero();
    Run read = Run.of("read", elsewhere.resolve("images.npy"), "--verify", "--json");
    assertThat(read.code()).as(read.err()).isZero();
  }

  @Test
  void aFileThatOnlyHasTheNameOfAManifestIsRefused() throws IOException {
    checksum();
    Path other = Files.writeString(directory.resolve("images.csv"), "1");
    for (Path path : List.of(other, directory.resolve("images.nosuch"))) {
      Run run = Run.of("verify", path);
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).contains("expected a manifest of " + path, "images.npy");
    }
    assertThat(Run.of("verify", images).code()).isZero();
    Files.delete(images);
    assertThat(Run.of("verify", images).err()).contains("found 1 file with problems");
  }

  @Test
  void forceReplacesManifestsOnly() throws IOException {
    byte[] data = Files.readAllBytes(images);
    Run run = Run.of("checksum", images, labels, "--manifest", images, "--force");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("expected a manifest to replace, found another file");
    assertThat(images).hasBinaryContent(data);
    // Nor is it said that they are manifests.
    assertThat(Run.of("checksum", images, "--manifest", labels).err())
        .contains("expected a manifest to replace, found another file");
    assertThat(Run.of("checksum", images, "--manifest", directory).err())
        .hasLineCount(1)
        .contains("expected the name of a file, found a directory: name a file in it");
    assertThat(
            Run.of("take", images, "--indices", "5,7", "--out", directory.resolve("o.npy")).err())
        .hasLineCount(1)
        .contains("5,7: expected a file with the numbers of records for --indices");
  }

  @Test
  void aManifestThatExistsIsReplacedOnlyByForce() throws IOException {
    checksum();
    String old = Files.readString(manifest);
    Run refused = Run.of("checksum", images, labels);
    assertThat(refused.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(refused.err()).contains("--force");
    flipBit(images, 1000);
    checksum("--force");
    assertThat(Files.readString(manifest)).isNotEqualTo(old);
    assertThat(Run.of("verify", manifest).code()).isZero();
    // The former checksums of records are gone: three files of data and two of checksums less one.
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(4);
    }
  }

  @Test
  void readingWithAPolicyDeliversAllElseExactlyOnce() throws IOException {
    checksum();
    long header = Files.size(images) - (long) RECORDS * RECORD_BYTES;
    flipBit(images, header + 77L * RECORD_BYTES);
    Path indices = directory.resolve("indices");
    Run fails = Run.of("read", images, labels, "--verify");
    assertThat(fails.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(fails.err()).contains("record 77 of column 'images'", "expected the checksum");
    Run skips =
        Run.of(
            "read",
            images,
            labels,
            "--verify",
            "--bad-records",
            "skip",
            "--json",
            "--indices",
            indices);
    assertThat(skips.code()).as(skips.err()).isZero();
    JsonObject bad = json(skips).getAsJsonObject("badRecords");
    assertThat(bad.get("count").getAsLong()).isEqualTo(1);
    assertThat(Files.readAllLines(indices).stream().mapToInt(Integer::parseInt).sorted())
        .containsExactlyElementsOf(
            IntStream.range(0, RECORDS).filter(index -> index != 77).boxed().toList());
    Run replaces =
        Run.of(
            "read",
            images,
            labels,
            "--verify",
            "--manifest",
            manifest,
            "--bad-records",
            "replace",
            "--json");
    JsonObject listed =
        json(replaces)
            .getAsJsonObject("badRecords")
            .getAsJsonArray("listed")
            .get(0)
            .getAsJsonObject();
    assertThat(listed.get("replacement").getAsLong()).isEqualTo(78);
    assertThat(Run.of("read", images, "--verify", "--bad-records", "skip").text())
        .contains("1 record skipped or replaced");
  }

  @Test
  void wrongUsageIsSaid() {
    assertThat(Run.of("read", images, "--manifest", manifest).code()).isEqualTo(ExitCodes.USAGE);
    assertThat(Run.of("read", images, "--verify").code()).isEqualTo(ExitCodes.FAILED);
    assertThat(Run.of("read", images, "--bad-records", "x").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(Run.of("verify", images).code()).isEqualTo(ExitCodes.FAILED);
    checksum();
    assertThat(Run.of("read", images, "--verify", "--replay").code()).isEqualTo(ExitCodes.USAGE);
    Path other = Run.records(directory.resolve("other.npy"), RECORDS, 3);
    Run run = Run.of("read", other, "--verify", "--manifest", manifest);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("expected a manifest of a column 'other'");
  }
}

package io.penstock.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checksums of records of different sizes: values with offsets, and folders of files. */
@Timeout(120)
final class VerifyVariableTest {
  private static final int RECORDS = 3000;

  @TempDir Path directory;

  private static JsonObject run(int code, Object... words) {
    Run run = Run.of(words);
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err()).hasLineCount(code == ExitCodes.DONE ? 0 : 1);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  /** Record i has i bytes; they make more than two MiB together. */
  private Path writeTexts() {
    ByteBuffer offsets = ByteBuffer.allocate(8 * (RECORDS + 1)).order(ByteOrder.LITTLE_ENDIAN);
    int sum = 0;
    for (int i = 0; i <= RECORDS; i++) {
      offsets.putLong(sum);
      sum += i < RECORDS ? i : 0;
    }
    byte[] values = new byte[sum];
    for (int i = 0; i < sum; i++) {
      values[i] = (byte) ((i * i) >> 8);
    }
    String shape = "(%d,)".formatted(RECORDS + 1);
    Run.npy(directory.resolve("text-offsets.npy"), "'<i8'", shape, offsets.array());
    return Run.npy(directory.resolve("text.npy"), "'|u1'", "(%d,)".formatted(sum), values);
  }

  private static void flipBit(Path file, long offset) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int old = bytes.read();
      bytes.seek(offset);
      bytes.write(old ^ 0x10);
    }
  }

  private static Iterable<Long> indices(JsonObject report) {
    return StreamSupport.stream(report.getAsJsonArray("records").spliterator(), false)
        .map(record -> record.getAsJsonObject().get("index").getAsLong())
        .toList();
  }

  @Test
  void damagedTextsAreFound() throws IOException {
    Path texts = writeTexts();
    Path offsets = directory.resolve("text-offsets.npy");
    Path labels = Run.records(directory.resolve("labels.npy"), RECORDS, 2);
    JsonObject made =
        run(ExitCodes.DONE, "checksum", texts, labels, "--offsets", "text=" + offsets, "--json");
    assertThat(made.get("records").getAsLong()).isEqualTo(RECORDS);
    assertThat(made.get("files").getAsLong()).isEqualTo(3);
    assertThat(run(ExitCodes.DONE, "verify", texts, "--json").get("ok").getAsBoolean()).isTrue();

    // The first bytes of record 1000, whose 1000 values start at value 999 * 500.
    flipBit(texts, 128 + 999 * 500);
    flipBit(labels, 128 + 2 * 77);
    JsonObject found = run(ExitCodes.FAILED, "verify", texts, "--json");
    assertThat(indices(found)).containsExactlyInAnyOrder(1000L, 77L);
    flipBit(texts, 128 + 999 * 500);
    flipBit(labels, 128 + 2 * 77);

    flipBit(offsets, 128 + 8 * 2000);
    found = run(ExitCodes.FAILED, "verify", texts, "--json");
    assertThat(indices(found)).containsExactly(1999L, 2000L);
    flipBit(offsets, 128 + 8 * 2000);
    assertThat(run(ExitCodes.DONE, "verify", texts, "--json").get("ok").getAsBoolean()).isTrue();
  }

  @Test
  void aCopyIsVerifiedElsewhere() throws IOException {
    Path texts = writeTexts();
    Path offsets = directory.resolve("text-offsets.npy");
    JsonObject made =
        run(ExitCodes.DONE, "checksum", texts, "--offsets", "text=" + offsets, "--json");
    Path copy = Files.createDirectory(directory.resolve("copy"));
    try (var files = Files.newDirectoryStream(directory, "text*")) {
      for (Path file : files) {
        Files.move(file, copy.resolve(file.getFileName()));
      }
    }
    assertThat(made.get("recordChecksums").getAsString()).contains(".penstock-records-");
    assertThat(
            run(ExitCodes.DONE, "verify", copy.resolve("text.npy"), "--json")
                .get("ok")
                .getAsBoolean())
        .isTrue();
  }

  private Path writeMails() throws IOException {
    Path mails = Files.createDirectory(directory.resolve("mails"));
    for (int i = 0; i < 50; i++) {
      Path folder = Files.createDirectories(mails.resolve(i % 2 == 0 ? "ham" : "spam"));
      Files.writeString(folder.resolve(i + ".txt"), "text ".repeat(i));
    }
    return mails;
  }

  @Test
  void damagedFilesOfAFolderAreFound() throws IOException {
    Path mails = writeMails();
    JsonObject made = run(ExitCodes.DONE, "checksum", mails, mails + "#label", "--json");
    assertThat(made.get("files").getAsLong()).isEqualTo(50);
    assertThat(made.get("bytes").getAsLong()).isEqualTo(5 * 50 * 49 / 2);
    assertThat(made.get("records").getAsLong()).isEqualTo(50);
    Path manifest = Path.of(made.get("manifest").getAsString());

    // Another time of a file is no other content.
    Path file = mails.resolve("spam/7.txt");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    JsonObject good = run(ExitCodes.DONE, "verify", mails, "--json");
    assertThat(good.get("ok").getAsBoolean()).isTrue();

    flipBit(file, 9);
    JsonObject found = run(ExitCodes.FAILED, "verify", manifest, "--json");
    assertThat(indices(found)).containsExactly(28L); // 25 of ham, then 1, 3, 5, 7 of spam
    assertThat(found.getAsJsonArray("files")).hasSize(1);
    JsonObject problem = found.getAsJsonArray("files").get(0).getAsJsonObject();
    assertThat(problem.get("problem").getAsString()).isEqualTo("damaged");
    assertThat(problem.get("path").getAsString()).isEqualTo(file.toString());
    assertThat(problem.get("expectedBytes").getAsLong()).isEqualTo(5 * 7);
    Run shown = Run.of("verify", manifest);
    assertThat(shown.text()).contains("damaged", "spam/7.txt", "28 of column mails");
    assertThat(shown.err()).contains("1 file with problems, 1 damaged record");

    Files.move(file, mails.resolve("spam/8.txt"));
    found = run(ExitCodes.FAILED, "verify", manifest, "--json");
    assertThat(found.getAsJsonArray("files").get(0).getAsJsonObject().get("problem").getAsString())
        .isEqualTo("changed");
    assertThat(found.get("damagedRecords").isJsonNull()).isTrue();
    assertThat(Run.of("verify", manifest).err()).contains("found 1 folder with problems");
  }

  @Test
  void theFingerprintIsThatOfTheBytesInAFolder() throws IOException {
    Path mails = writeMails();
    JsonObject first = run(ExitCodes.DONE, "checksum", mails, "--json");
    JsonObject again = run(ExitCodes.DONE, "checksum", mails, "--force", "--json");
    assertThat(again.get("fingerprint")).isEqualTo(first.get("fingerprint"));
    flipBit(mails.resolve("ham/8.txt"), 3);
    JsonObject other = run(ExitCodes.DONE, "checksum", mails, "--force", "--json");
    assertThat(other.get("fingerprint")).isNotEqualTo(first.get("fingerprint"));
    assertThat(run(ExitCodes.DONE, "verify", mails, "--json").get("ok").getAsBoolean()).isTrue();
  }

  @Test
  void aFolderThatIsGoneIsMissing() throws IOException {
    Path mails = writeMails();
    JsonObject made = run(ExitCodes.DONE, "checksum", mails, "--pattern", "*.txt", "--json");
    Files.move(mails, directory.resolve("elsewhere"));
    JsonObject found =
        run(ExitCodes.FAILED, "verify", made.get("manifest").getAsString(), "--json");
    assertThat(found.getAsJsonArray("files").get(0).getAsJsonObject().get("problem").getAsString())
        .isEqualTo("missing");
  }
}

package io.penstock.cli.info;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of small files and sequences of tokens: what {@code info} says, where indexes are. */
final class FolderCommandTest {
  @TempDir Path directory;

  private Path mails;

  @BeforeEach
  void write() throws IOException {
    mails = directory.resolve("mails");
    Files.createDirectories(mails.resolve("ham"));
    Files.createDirectories(mails.resolve("spam"));
    Files.writeString(mails.resolve("ham/1"), "hello");
    Files.writeString(mails.resolve("ham/2"), "");
    Files.writeString(mails.resolve("spam/1"), "money!!");
  }

  private static JsonObject info(Object... arguments) {
    Object[] all = new Object[arguments.length + 2];
    all[0] = "info";
    all[1] = "--json";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    Run run = Run.of(all);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  @Test
  void infoOfAFolderTellsOfItsFilesAndClasses() {
    JsonObject object = info(mails);
    object.remove("path");
    object.remove("indexFile");
    assertThat(object)
        .isEqualTo(
            JsonParser.parseString(
                """
                {"format": "folder", "dtype": "|u1", "shape": [3, null], "order": "C",
                 "records": 3, "recordBytes": null, "dataOffset": null, "fileBytes": 12,
                 "directAligned": false, "cachedFraction": null, "dataBytes": 12,
                 "minRecordBytes": 0, "medianRecordBytes": 5, "meanRecordBytes": 4.0,
                 "maxRecordBytes": 7, "sampledRecords": 3,
                 "histogram": [{"fromBytes": 0, "belowBytes": 1, "records": 1},
                               {"fromBytes": 1, "belowBytes": 2, "records": 0},
                               {"fromBytes": 2, "belowBytes": 4, "records": 0},
                               {"fromBytes": 4, "belowBytes": 8, "records": 2}],
                 "classes": ["ham", "spam"]}
                """));
    assertThat(info(mails + "#label").get("records").getAsLong()).isEqualTo(3);
    assertThat(Run.of("info", mails).lines())
        .contains(
            "shape              3 x *",
            "maxRecordBytes     7",
            "classes            0 ham, 1 spam",
            "      4 to 7        2  66.7 %  " + "#".repeat(30));
  }

  @Test
  void anEmptyFolderIsRefusedByName() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    for (String command : new String[] {"info", "read"}) {
      Run run = Run.of(command, empty);
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).hasLineCount(1).contains(empty + ": expected files in the folder");
    }
  }

  @Test
  void foldersAndFilesGoIntoOneTable() {
    Path file = Run.records(directory.resolve("x.npy"), 3, 4);
    Run run = Run.of("info", file, mails);
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.lines()).hasSize(3);
    assertThat(run.lines().get(2)).startsWith("folder ").endsWith(mails.toString());
  }

  /** Two sequences of 1 and 3 tokens of 2 bytes. */
  private Path writeTokens(int secondLength) throws IOException {
    byte[] bytes = new byte[34 + 2 * 12 + 3 * 8];
    ByteBuffer index = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    index.put("MMIDIDX\0\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    index.putLong(1).put((byte) 8).putLong(2).putLong(3);
    index.putInt(1).putInt(secondLength).putLong(0).putLong(2).putLong(0).putLong(1).putLong(2);
    Files.write(directory.resolve("t.bin"), new byte[8]);
    return Files.write(directory.resolve("t.idx"), bytes);
  }

  @Test
  void infoOfSequencesTellsOfTheirSizes() throws IOException {
    Path index = writeTokens(3);
    JsonObject object = info(index + "#sequences");
    assertThat(object.get("format").getAsString()).isEqualTo("megatron");
    assertThat(object.get("dtype").getAsString()).isEqualTo("<u2");
    assertThat(object.get("records").getAsLong()).isEqualTo(2);
    assertThat(object.get("recordBytes").isJsonNull()).isTrue();
    assertThat(object.get("dataBytes").getAsLong()).isEqualTo(8);
    assertThat(object.get("minRecordBytes").getAsLong()).isEqualTo(2);
    assertThat(object.get("meanRecordBytes").getAsDouble()).isEqualTo(4);
    assertThat(object.get("maxRecordBytes").getAsLong()).isEqualTo(6);
    assertThat(object.has("classes")).isFalse();
    assertThat(info(index).getAsJsonArray("files"))
        .anyMatch(file -> file.getAsJsonObject().equals(object));
  }

  @Test
  void infoBelievesNoLengthBeyondTheTokens() throws IOException {
    for (int length : new int[] {-1, 5, Integer.MAX_VALUE}) {
      Run run = Run.of("info", writeTokens(length) + "#sequences");
      assertThat(run.code()).as("%d", length).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).hasLineCount(1).contains("t.idx");
    }
  }

  @Test
  void theIndexOfAFolderIsWhereItIsSaidToBe() {
    Path place = directory.resolve("elsewhere");
    assertThat(info(mails, "--folder-index", place).get("indexFile").getAsString())
        .isEqualTo(place.toString());
    Run run =
        Run.of("read", mails, mails + "#label", "--folder-index", place, "--json", "--digest");
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(place).isRegularFile();
    assertThat(directory.resolve("mails.penstock-index")).doesNotExist();
    JsonObject here = JsonParser.parseString(run.text()).getAsJsonObject();
    Run beside = Run.of("read", mails, mails + "#label", "--json", "--digest");
    assertThat(JsonParser.parseString(beside.text()).getAsJsonObject().get("digest"))
        .isEqualTo(here.get("digest"));
    assertThat(directory.resolve("mails.penstock-index")).isRegularFile();
  }

  @Test
  void aPlaceThatCannotBeWrittenToNamesTheOption() {
    Run run = Run.of("read", mails, "--folder-index", directory.resolve("none/index"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains("none/index", "--folder-index FILE");
  }

  @Test
  void aPlaceIsThatOfOneFolder() throws IOException {
    Path file = Run.records(directory.resolve("x.npy"), 3, 4);
    Path other = Files.createDirectory(directory.resolve("other"));
    for (String command : new String[] {"info", "read"}) {
      assertThat(Run.of(command, file, "--folder-index", "i").err()).contains("was with none");
      Run run = Run.of(command, mails, other, "--folder-index", "i");
      assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
      assertThat(run.err()).contains("must come with one folder", "other");
    }
  }

  @Test
  void patternsChooseTheFilesOfAFolder() throws IOException {
    Files.writeString(mails.resolve("README.txt"), "about these mails");
    assertThat(info(mails).get("records").getAsLong()).isEqualTo(4);
    assertThat(info(mails, "--pattern", "!*.txt").get("records").getAsLong()).isEqualTo(3);
    assertThat(info(mails, "--pattern", "1,*.txt").get("records").getAsLong()).isEqualTo(3);
    JsonObject ham = info(mails, "--pattern", "!spam,!*.txt");
    assertThat(ham.get("classes").toString()).isEqualTo("[\"ham\"]");
    Run run = Run.of("read", mails, mails + "#label", "--pattern", "!*.txt", "--json");
    assertThat(run.text()).contains("\"records\":3");
    assertThat(Run.of("info", mails, "--pattern", "*.jpg").err())
        .contains("expected files that match '*.jpg' in the folder");
    assertThat(Run.of("info", mails, "--pattern", "a,,b").code()).isEqualTo(ExitCodes.USAGE);
    Path file = Run.records(directory.resolve("x.npy"), 3, 4);
    assertThat(Run.of("info", file, "--pattern", "*.jpg").err()).contains("with a folder");
  }
}

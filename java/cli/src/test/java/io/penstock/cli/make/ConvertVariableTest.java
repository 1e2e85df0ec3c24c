package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code convert} of records of different sizes that lie in containers. */
final class ConvertVariableTest {
  @TempDir Path directory;

  private Path tar;

  @BeforeEach
  void pack() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("samples"));
    Files.writeString(folder.resolve("0.jpg"), "first");
    Files.writeString(folder.resolve("0.txt"), "a text");
    Files.writeString(folder.resolve("1.jpg"), "");
    Files.writeString(folder.resolve("2.jpg"), "the third");
    tar = directory.resolve("x.tar");
    assertThat(Run.of("convert", folder, tar).code()).isEqualTo(ExitCodes.DONE);
  }

  private static void check(Path values, String text, long... offsets) throws IOException {
    byte[] file = Files.readAllBytes(values);
    assertThat(new String(file, StandardCharsets.US_ASCII)).contains("'|u1'").endsWith(text);
    byte[] numbers = Files.readAllBytes(Path.of(values.toString().replace(".npy", "-offsets.npy")));
    ByteBuffer expected = ByteBuffer.allocate(8 * offsets.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(offsets).forEach(expected::putLong);
    assertThat(Arrays.copyOfRange(numbers, numbers.length - 8 * offsets.length, numbers.length))
        .isEqualTo(expected.array());
    assertThat(new String(numbers, StandardCharsets.ISO_8859_1))
        .contains("'<i8'")
        .contains("(" + offsets.length + ",)");
  }

  @Test
  void membersOfATarBecomeValuesAndOffsets() throws IOException {
    Path made = directory.resolve("jpg.npy");
    Run run = Run.of("convert", tar + "#jpg", made, "--json");
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    check(made, "firstthe third", 0, 5, 5, 14);
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.get("records").getAsLong()).isEqualTo(3);
    assertThat(object.getAsJsonArray("files")).hasSize(2);
  }

  @Test
  void linesOfSeveralFilesAreLaidEndToEnd() throws IOException {
    Path first = Files.writeString(directory.resolve("a.jsonl"), "one\ntwo\n");
    Path second = Files.writeString(directory.resolve("b.jsonl"), "\nthree");
    Path made = directory.resolve("lines.npy");
    Run run = Run.of("convert", first + "#lines," + second + "#lines", made);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    check(made, "onetwothree", 0, 3, 6, 6, 11);
  }

  @Test
  void aMissingPartOfASampleIsNamedOrEmpty() throws IOException {
    Path made = directory.resolve("txt.npy");
    Run run = Run.of("convert", tar + "#txt", made);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("expected a .txt of sample '1'");
    assertThat(made).doesNotExist();
    assertThat(directory.resolve("txt-offsets.npy")).doesNotExist();
    assertThat(Run.of("convert", tar + "#txt?", made).code()).isEqualTo(ExitCodes.DONE);
    check(made, "a text", 0, 6, 6, 6);
  }

  @Test
  void optionsForRecordsOfOneSizeAreRefused() {
    Run run = Run.of("convert", tar + "#jpg", directory.resolve("x.npy"), "--select", "1:");
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains("--select");
  }

  @Test
  void infoNamesTheIndexWhereRecordsLieInIt() throws IOException {
    Run run = Run.of("info", tar + "#__key__", "--json");
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.get("dataOffset").isJsonNull()).isTrue();
    assertThat(object.get("fileBytes").getAsLong()).isEqualTo(Files.size(tar));
    assertThat(object.get("indexFile").getAsString()).isEqualTo(tar + ".penstock-index");
    JsonObject members =
        JsonParser.parseString(Run.of("info", tar + "#jpg", "--json").text()).getAsJsonObject();
    assertThat(members.has("indexFile")).isFalse();
    assertThat(members.get("fileBytes").getAsLong()).isEqualTo(Files.size(tar));
    assertThat(Run.of("info", tar + "#__key__").text())
        .contains("indexFile")
        .contains("x.tar.penstock-index");
  }
}

package io.penstock.cli.info;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code info} for people and for programs. */
final class InfoCommandTest {
  @TempDir Path directory;

  @Test
  void oneFileIsTheJsonObjectItself() throws IOException {
    Path path = Run.npy(directory.resolve("x.npy"), "'>i4'", "(5, 3, 2)", new byte[120]);
    Run run = Run.of("info", path, "--json");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.err()).isEmpty();
    assertThat(run.lines()).hasSize(1);
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.keySet())
        .containsExactly(
            "path",
            "format",
            "dtype",
            "shape",
            "order",
            "records",
            "recordBytes",
            "dataOffset",
            "fileBytes",
            "directAligned",
            "cachedFraction");
    assertThat(object.get("path").getAsString()).isEqualTo(path.toString());
    assertThat(object.get("format").getAsString()).isEqualTo("npy");
    assertThat(object.get("dtype").getAsString()).isEqualTo(">i4");
    assertThat(object.get("shape")).isEqualTo(JsonParser.parseString("[5,3,2]"));
    assertThat(object.get("order").getAsString()).isEqualTo("C");
    assertThat(object.get("records").getAsLong()).isEqualTo(5);
    assertThat(object.get("recordBytes").getAsLong()).isEqualTo(24);
    assertThat(object.get("dataOffset").getAsLong()).isEqualTo(128);
    assertThat(object.get("fileBytes").getAsLong()).isEqualTo(Files.size(path)).isEqualTo(248);
    assertThat(object.get("directAligned").getAsBoolean()).isFalse();
    if (!object.get("cachedFraction").isJsonNull()) {
      assertThat(object.get("cachedFraction").getAsDouble()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void severalFilesAreAListInTheirOrder() {
    Path first = Run.records(directory.resolve("b.npy"), 10, 4);
    Path second = Run.records(directory.resolve("a.npy"), 20, 8);
    Run run = Run.of("info", "--json", first, second);
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.keySet()).containsExactly("files");
    JsonArray files = object.getAsJsonArray("files");
    assertThat(files).hasSize(2);
    assertThat(files.get(0).getAsJsonObject().get("records").getAsLong()).isEqualTo(10);
    assertThat(files.get(1).getAsJsonObject().get("path").getAsString())
        .isEqualTo(second.toString());
  }

  @Test
  void aTableHasALineForEachFile() {
    Path first = Run.records(directory.resolve("images.npy"), 1000, 4);
    Path second = Run.records(directory.resolve("l.npy"), 20, 1);
    Run run = Run.of("info", first, second);
    assertThat(run.lines()).hasSize(3);
    assertThat(run.lines().get(0))
        .startsWith("format ")
        .contains("dtype", "records", "directAligned", "path");
    assertThat(run.lines().get(1))
        .startsWith("npy ")
        .contains("|u1", "1000 x 4", "1,000")
        .endsWith(first.toString());
    assertThat(run.lines().get(2).indexOf("|u1")).isEqualTo(run.lines().get(1).indexOf("|u1"));
  }

  @Test
  void oneFileIsAListOfItsFields() {
    Path path = Run.records(directory.resolve("x.npy"), 1000, 4);
    Run run = Run.of("info", path);
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.lines())
        .hasSize(11)
        .contains("records        1,000", "shape          1000 x 4", "order          C");
  }

  @Test
  void anEmptyArrayIsDescribed() {
    Path path = Run.npy(directory.resolve("x.npy"), "'<f8'", "(0, 3)", new byte[0]);
    JsonObject object =
        JsonParser.parseString(Run.of("info", "--json", path).text()).getAsJsonObject();
    assertThat(object.get("records").getAsLong()).isZero();
    assertThat(object.get("recordBytes").getAsLong()).isEqualTo(24);
  }

  @Test
  void whatIsWrongWithOnePathHidesNoOther() throws IOException {
    Path good = Run.records(directory.resolve("x.npy"), 1000, 4);
    Path gone = directory.resolve("nope.npy");
    Path damaged = Files.writeString(directory.resolve("damaged.npy"), "\u0093NUMPY");
    Path other = Run.records(directory.resolve("y.npy"), 10, 4);
    Run run = Run.of("info", gone, good, damaged, other, good + "#nope", "--json");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    JsonArray files = JsonParser.parseString(run.text()).getAsJsonObject().getAsJsonArray("files");
    assertThat(files).hasSize(5);
    for (int i : new int[] {0, 2, 4}) {
      assertThat(files.get(i).getAsJsonObject().keySet()).containsExactly("path", "problem");
    }
    JsonObject first = files.get(0).getAsJsonObject();
    assertThat(first.get("path").getAsString()).isEqualTo(gone.toString());
    assertThat(first.get("problem").getAsString()).startsWith(gone + ": ");
    assertThat(files.get(1).getAsJsonObject().get("records").getAsLong()).isEqualTo(1000);
    assertThat(files.get(3).getAsJsonObject().get("records").getAsLong()).isEqualTo(10);
    assertThat(run.err().lines()).hasSize(3).allMatch(line -> line.startsWith("penstock: "));
    Run text = Run.of("info", gone, good, damaged, other);
    assertThat(text.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(text.lines()).hasSize(3);
    assertThat(text.err().lines()).hasSize(2);
  }

  @Test
  void aSinglePathThatIsBadIsAnObjectAsWell() {
    Path gone = directory.resolve("nope.npy");
    Run run = Run.of("info", gone, "--json");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1);
    assertThat(JsonParser.parseString(run.text()).getAsJsonObject().keySet())
        .containsExactly("path", "problem");
    assertThat(Run.of("info", gone).text()).isEmpty();
  }
}

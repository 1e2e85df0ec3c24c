package io.penstock.cli.info;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code info} of an archive says how many samples have each part. */
final class MissingPartsInfoTest {
  @TempDir Path directory;
  private Path archive;

  @BeforeEach
  void write() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("samples"));
    for (int i = 0; i < 5; i++) {
      Files.writeString(folder.resolve(i + ".txt"), "sample " + i);
      if (i != 3) {
        Files.writeString(folder.resolve(i + ".cls"), "1".repeat(1 + i));
      }
    }
    archive = directory.resolve("x.tar");
    assertThat(Run.of("convert", folder, archive).code()).isEqualTo(ExitCodes.DONE);
  }

  @Test
  void aTableSaysHowManySamplesHaveThePart() {
    Run run = Run.of("info", archive);
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text().lines().filter(line -> line.endsWith("#cls")).toList())
        .singleElement()
        .asString()
        .contains(" 4 of 5 ");
    assertThat(run.text().lines().filter(line -> line.endsWith("#txt")).toList())
        .singleElement()
        .asString()
        .doesNotContain(" of ");
  }

  @Test
  void samplesWithoutThePartHaveNoSize() {
    Run run = Run.of("info", "--json", archive + "#cls");
    JsonObject found = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(found.get("records").getAsLong()).isEqualTo(5);
    assertThat(found.get("missingRecords").getAsLong()).isEqualTo(1);
    assertThat(found.get("minRecordBytes").getAsLong()).isEqualTo(1);
    assertThat(found.get("meanRecordBytes").getAsDouble()).isEqualTo((1 + 2 + 3 + 5) / 4.0);
    assertThat(found.get("maxRecordBytes").getAsLong()).isEqualTo(5);
    assertThat(found.get("sampledRecords").getAsLong()).isEqualTo(4);
    assertThat(
            JsonParser.parseString(Run.of("info", "--json", archive + "#txt").text())
                .getAsJsonObject()
                .has("missingRecords"))
        .isFalse();
  }
}

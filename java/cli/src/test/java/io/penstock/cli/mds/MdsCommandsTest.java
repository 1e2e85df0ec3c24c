package io.penstock.cli.mds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands make of a folder of raw MDS shards. */
class MdsCommandsTest {
  @TempDir private Path dir;
  private Path folder;

  @BeforeEach
  void write() throws IOException {
    folder =
        new MdsFiles(dir.resolve("train"))
            .add(120, MdsFiles.shard(0, 120), null, "", true)
            .add(80, MdsFiles.shard(120, 80), null, "", true)
            .list();
  }

  private static JsonObject json(Run run) {
    assertThat(run.err()).isEmpty();
    return JsonParser.parseString(new String(run.out(), StandardCharsets.UTF_8)).getAsJsonObject();
  }

  @Test
  void infoShowsEachColumnOverAllShards() throws IOException {
    JsonArray files = json(Run.of("info", "--json", folder)).getAsJsonArray("files");
    assertThat(files).hasSize(2);
    JsonObject id = files.get(0).getAsJsonObject();
    assertThat(id.get("path").getAsString()).isEqualTo(folder + "#id");
    assertThat(id.get("format").getAsString()).isEqualTo("mds");
    assertThat(id.get("dtype").getAsString()).isEqualTo("<i8");
    assertThat(id.get("records").getAsLong()).isEqualTo(200);
    JsonObject text = files.get(1).getAsJsonObject();
    assertThat(text.get("path").getAsString()).isEqualTo(folder + "#text");
    assertThat(text.get("records").getAsLong()).isEqualTo(200);
    assertThat(text.get("minRecordBytes").getAsLong()).isGreaterThan(20);
    long bytes =
        Files.size(folder.resolve("shard.00000.mds"))
            + Files.size(folder.resolve("shard.00001.mds"));
    assertThat(text.get("fileBytes").getAsLong()).isEqualTo(bytes);
    // Its records were copied into the index of each shard.
    assertThat(id.get("fileBytes").getAsLong()).isEqualTo(bytes);
    assertThat(id.get("dataOffset").isJsonNull()).isTrue();
    assertThat(id.get("cachedFraction").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(new String(Run.of("info", folder + "#id").out(), StandardCharsets.UTF_8))
        .containsPattern("fileBytes +%,d".formatted(bytes));
  }

  @Test
  void infoShowsOneColumn() {
    JsonObject text = json(Run.of("info", "--json", folder + "#text"));
    assertThat(text.get("records").getAsLong()).isEqualTo(200);
    assertThat(new String(Run.of("info", folder + "#id").out(), StandardCharsets.UTF_8))
        .containsPattern("records +200")
        .containsPattern("shards +2");
  }

  @Test
  void infoShowsTheColumnsOfAShard() {
    JsonArray files =
        json(Run.of("info", "--json", folder.resolve("shard.00001.mds"))).getAsJsonArray("files");
    assertThat(files.get(0).getAsJsonObject().get("path").getAsString()).endsWith(".mds#id");
    assertThat(files.get(1).getAsJsonObject().get("path").getAsString()).endsWith(".mds#text");
    assertThat(files.get(1).getAsJsonObject().get("records").getAsLong()).isEqualTo(80);
  }

  @Test
  void readShufflesOverAllShards() {
    JsonObject report =
        json(Run.of("read", "--json", "--batch-size", 32, folder + "#text", folder + "#id"));
    assertThat(report.get("records").getAsLong()).isEqualTo(200);
  }

  @Test
  void convertWritesANumericColumn() throws IOException {
    Path ids = dir.resolve("ids.npy");
    assertThat(json(Run.of("convert", "--json", folder + "#id", ids)).get("records").getAsLong())
        .isEqualTo(200);
    byte[] bytes = Files.readAllBytes(ids);
    for (int i = 0; i < 200; i++) {
      assertThat(bytes[bytes.length - 8 * (200 - i)]).isEqualTo((byte) i);
    }
  }

  @Test
  void aFolderWithSeveralColumnsMustBeNamedWithOne() {
    Run run = Run.of("read", folder);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("shard.00000.mds").contains("'id'").contains("'text'");
  }

  @Test
  void aColumnThatIsNotThereIsAnError() {
    Run run = Run.of("read", folder + "#label");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("expected a part 'label'").contains("'id'").contains("'text'");
  }

  @Test
  void verifyComparesHashes() throws IOException {
    JsonObject report = json(Run.of("verify", "--json", folder));
    assertThat(report.get("ok").getAsBoolean()).isTrue();
    assertThat(report.get("manifest").getAsString())
        .isEqualTo(folder.resolve("index.json").toString());
    assertThat(new String(Run.of("verify", folder).out(), StandardCharsets.UTF_8))
        .contains("2, 2 compared by hashes")
        .contains("xxh3_64, which Java does not have")
        .contains("all as it was");

    Path shard = folder.resolve("shard.00001.mds");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length - 1] ^= 1;
    Files.write(shard, bytes);
    Run damaged = Run.of("verify", "--json", folder);
    assertThat(damaged.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(damaged.err()).contains("found 1 of 2 shards with problems");
    JsonObject found =
        JsonParser.parseString(new String(damaged.out(), StandardCharsets.UTF_8)).getAsJsonObject();
    JsonObject problem = found.getAsJsonArray("files").get(0).getAsJsonObject();
    assertThat(problem.get("path").getAsString()).isEqualTo(shard.toString());
    assertThat(problem.get("problem").getAsString()).isEqualTo("damaged");
  }

  @Test
  void verifyNamesMissingAndResizedShards() throws IOException {
    Files.delete(folder.resolve("shard.00000.mds"));
    Files.write(folder.resolve("shard.00001.mds"), new byte[3]);
    Run run = Run.of("verify", folder);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(new String(run.out(), StandardCharsets.UTF_8))
        .containsPattern("missing .*shard.00000.mds")
        .containsPattern("resized .*shard.00001.mds");
  }

  @Test
  void aListWithoutHashesCannotBeVerified() throws IOException {
    Path list = folder.resolve("index.json");
    Files.writeString(list, Files.readString(list).replaceAll("\"sha1\":\"[0-9a-f]*\",", ""));
    Run run = Run.of("verify", folder);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("expected hashes of the shards that can be compared, found xxh3_64 only");
  }

  @Test
  void aShardThatTheListDoesNotFitIsNotRead() throws IOException {
    Files.write(folder.resolve("shard.00001.mds"), MdsFiles.shard(120, 79));
    Run run = Run.of("read", folder + "#text");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("shard.00001.mds: expected a shard of")
        .contains("as index.json says");
  }
}

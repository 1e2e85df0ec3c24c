package io.penstock.internal.format.mds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MdsFolderTest {
  private static final String SHARD =
      "{\"column_encodings\": [\"int\"], \"column_names\": [\"a\"], \"column_sizes\": [8],"
          + " \"compression\": %s, \"format\": \"mds\", \"hashes\": [\"sha1\"], \"raw_data\":"
          + " {\"basename\": \"%s\", \"bytes\": %d, \"hashes\": {\"sha1\": \"00ff\"}},"
          + " \"samples\": %d, \"size_limit\": 67108864, \"version\": 2, \"zip_data\": %s}";

  @TempDir private Path dir;

  private byte[] shard(int samples) {
    MdsBytes shard = MdsBytes.of("[\"a\"]", "[\"int\"]", "[8]");
    for (int i = 0; i < samples; i++) {
      shard.sample(MdsBytes.int64(i));
    }
    return shard.bytes();
  }

  private void list(String... shards) throws IOException {
    Files.writeString(
        dir.resolve("index.json"),
        "{\"shards\": [%s], \"version\": 2}".formatted(String.join(", ", shards)));
  }

  private static String raw(String name, long bytes, long samples) {
    return SHARD.formatted("null", name, bytes, samples, "null");
  }

  @Test
  void theListSaysTheOrderOfTheShards() throws IOException {
    byte[] two = shard(2);
    byte[] three = shard(3);
    Files.createDirectory(dir.resolve("more"));
    Path first = Files.write(dir.resolve("b.mds"), two);
    Path second = Files.write(dir.resolve("more").resolve("a.mds"), three);
    list(raw("b.mds", two.length, 2), raw("more/a.mds", three.length, 3));
    assertThat(MdsFolder.isOne(dir)).isTrue();
    MdsFolder folder = MdsFolder.open(dir);
    assertThat(folder.files()).containsExactly(first, second);
    assertThat(folder.dataBytes()).isEqualTo(two.length + three.length);
    assertThat(folder.shards().get(1).samples()).isEqualTo(3);
    assertThat(folder.shards().get(1).raw().hashes()).isEqualTo(Map.of("sha1", "00ff"));
    assertThat(folder.shards().get(1).compressed()).isEmpty();
  }

  @Test
  void aShardOfAnotherSizeIsAnError() throws IOException {
    byte[] bytes = shard(2);
    Files.write(dir.resolve("a.mds"), bytes);
    list(raw("a.mds", bytes.length + 1, 2));
    assertThatThrownBy(() -> MdsFolder.open(dir).files())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(
            "a.mds: expected a shard of %d bytes, as index.json says, found %d bytes"
                .formatted(bytes.length + 1, bytes.length));
  }

  @Test
  void aShardOfOtherSamplesIsAnError() throws IOException {
    byte[] bytes = shard(2);
    Files.write(dir.resolve("a.mds"), bytes);
    list(raw("a.mds", bytes.length, 3));
    assertThatThrownBy(() -> MdsFolder.open(dir).files())
        .hasMessageContaining("expected a shard of 3 samples, as index.json says, found 2");
  }

  @Test
  void aShardThatIsMissingIsAnError() throws IOException {
    list(raw("a.mds", 10, 1));
    assertThatThrownBy(() -> MdsFolder.open(dir).files())
        .hasMessageContaining("a.mds: expected a file, found none");
  }

  @Test
  void compressedShardsNameConvert() throws IOException {
    byte[] bytes = shard(2);
    String zip = "{\"basename\": \"a.mds.zstd\", \"bytes\": 7, \"hashes\": {}}";
    list(SHARD.formatted("\"zstd:7\"", "a.mds", bytes.length, 2, zip));
    assertThatThrownBy(() -> MdsFolder.open(dir).files())
        .hasMessageContaining(
            "expected raw MDS shards, found shards compressed with zstd:7, which cannot be read in"
                + " place: unpack them with penstock convert "
                + dir);
    // A reader of MosaicML unpacks shards beside the compressed ones.
    Path raw = Files.write(dir.resolve("a.mds"), bytes);
    assertThat(MdsFolder.open(dir).files()).containsExactly(raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "hello",
        "{}",
        "{\"version\": 2}",
        "{\"shards\": [], \"version\": 2}",
        "{\"shards\": 7}",
        "{\"shards\": [{\"format\": \"json\"}]}",
        "{\"shards\": [{\"format\": null}]}",
        "{\"shards\": [{\"samples\": 7}]}",
        "{\"shards\": [{\"format\": \"m",
      })
  void otherFilesOfThisNameAreNoLists(String text) throws IOException {
    Files.writeString(dir.resolve("index.json"), text);
    assertThat(MdsFolder.isOne(dir)).isFalse();
  }

  @Test
  void aFolderWithoutAListIsNone() throws IOException {
    assertThat(MdsFolder.isOne(dir)).isFalse();
    assertThat(MdsFolder.isOne(dir.resolve("missing"))).isFalse();
    assertThat(MdsFolder.isOne(Files.writeString(dir.resolve("file"), "{"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a.mds", "/a.mds", "", "a/../../b", "a\\\\b", "\\u0000"})
  void namesStayInTheFolder(String name) throws IOException {
    list(raw(name, 10, 1));
    assertThatThrownBy(() -> MdsFolder.open(dir))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(
            "not a valid list of MDS shards: expected names of files in the folder, found");
  }

  @Test
  void aListOfAnotherVersionIsAnError() throws IOException {
    Files.writeString(
        dir.resolve("index.json"),
        "{\"shards\": [%s], \"version\": 3}".formatted(raw("a.mds", 10, 1)));
    assertThatThrownBy(() -> MdsFolder.open(dir))
        .hasMessageContaining("expected version 2, found 3: it is of another program");
  }

  @Test
  void aListThatIsCutShortIsAnError() throws IOException {
    String text = "{\"shards\": [%s], \"version\": 2}".formatted(raw("a.mds", 10, 1));
    for (int length = text.indexOf("raw_data"); length < text.length(); length++) {
      Files.writeString(dir.resolve("index.json"), text.substring(0, length));
      assertThat(MdsFolder.isOne(dir)).isTrue();
      assertThatThrownBy(() -> MdsFolder.open(dir))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("index.json: not a valid list of MDS shards: expected");
    }
  }

  @Test
  void aListOfHugeNamesIsAnError() throws IOException {
    String[] shards = new String[500];
    for (int i = 0; i < shards.length; i++) {
      shards[i] = raw("x".repeat(60_000), 10, 1);
    }
    list(shards);
    assertThatThrownBy(() -> MdsFolder.open(dir))
        .hasMessageContaining("expected names and hashes of at most 48 MiB, found more after 4");
  }
}

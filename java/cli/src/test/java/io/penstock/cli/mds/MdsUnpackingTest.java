package io.penstock.cli.mds;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code convert} of a folder of compressed MDS shards. */
class MdsUnpackingTest {
  @TempDir private Path dir;

  private static byte[] compress(byte[] raw, String compression) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    switch (compression) {
      case "zstd", "zstd:7" -> bytes.write(Zstd.compress(raw, 7));
      case "gz" -> write(new GZIPOutputStream(bytes), raw);
      case "bz2" -> write(new BZip2CompressorOutputStream(bytes), raw);
      case "snappy" -> write(new SnappyCompressorOutputStream(bytes, raw.length), raw);
      default -> throw new IllegalArgumentException(compression);
    }
    return bytes.toByteArray();
  }

  private static void write(OutputStream out, byte[] raw) throws IOException {
    try (out) {
      out.write(raw);
    }
  }

  private Path folder(String compression, byte[]... raw) throws IOException {
    MdsFiles files = new MdsFiles(dir.resolve("mds"));
    for (byte[] shard : raw) {
      files.add(shard[0] & 0xff, shard, compress(shard, compression), compression, false);
    }
    return files.list();
  }

  private Run convert(Path from, Path to, String... options) {
    return Run.of(Stream.concat(Stream.of("convert", from, to), Stream.of(options)).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "zstd:7", "gz", "bz2", "snappy"})
  void rawShardsAreWhatWasCompressed(String compression) throws IOException {
    byte[] first = MdsFiles.shard(0, 200);
    byte[] second = MdsFiles.shard(200, 100);
    Path from = folder(compression, first, second);
    Path to = dir.resolve("raw");
    Run run = convert(from, to, "--json");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(to.resolve("shard.00000.mds")).hasBinaryContent(first);
    assertThat(to.resolve("shard.00001.mds")).hasBinaryContent(second);
    JsonObject list =
        JsonParser.parseString(Files.readString(to.resolve("index.json"))).getAsJsonObject();
    JsonObject shard = list.getAsJsonArray("shards").get(1).getAsJsonObject();
    assertThat(shard.get("zip_data").isJsonNull()).isTrue();
    assertThat(shard.get("compression").isJsonNull()).isTrue();
    assertThat(shard.get("samples").getAsInt()).isEqualTo(100);
    assertThat(list.get("version").getAsInt()).isEqualTo(2);
    try (var files = Files.list(dir)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("mds", "raw");
    }
    JsonObject report =
        JsonParser.parseString(new String(run.out(), StandardCharsets.UTF_8)).getAsJsonObject();
    assertThat(report.get("records").getAsLong()).isEqualTo(300);
    assertThat(report.get("bytes").getAsLong()).isEqualTo(first.length + second.length);
  }

  /** There is no compressor of Brotli in Java: this was made by Node's. */
  @Test
  void brotliIsUnpacked() throws IOException {
    byte[] packed =
        Base64.getDecoder().decode("G3cF+I3UTvnDUJRlaHMNwsL2phWRBB7D9AEy7HOSTA1KlPziPyQ=");
    Path file = Files.write(dir.resolve("x.br"), packed);
    try (var in = ShardDecompression.open(file, "br:11")) {
      assertThat(in.readAllBytes())
          .asString()
          .isEqualTo("hello hello hello, said the shard. ".repeat(40));
    }
  }

  @Test
  void aShardThatDiffersFromTheListIsAnError() throws IOException {
    byte[] raw = MdsFiles.shard(0, 100);
    byte[] other = raw.clone();
    other[raw.length - 1] ^= 1;
    Path from =
        new MdsFiles(dir.resolve("mds"))
            .add(100, raw, compress(other, "zstd"), "zstd", false)
            .list();
    Run run = convert(from, dir.resolve("raw"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("shard.00000.mds.zstd: expected a shard that has the sha1")
        .contains("as index.json says, found another: make or copy it again");
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws IOException {
    try (var files = Files.list(dir)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("mds");
    }
  }

  /** A shard that unpacks to far more than the list says is given up as soon as that shows. */
  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gz", "bz2"})
  void aBombIsAnError(String compression) throws IOException {
    byte[] raw = MdsFiles.shard(0, 100);
    byte[] bomb = compress(new byte[64 << 20], compression);
    Path from = new MdsFiles(dir.resolve("mds")).add(100, raw, bomb, compression, false).list();
    Run run = convert(from, dir.resolve("raw"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("expected a shard that has " + raw.length + " bytes when it is unpacked")
        .contains("found more");
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gz", "bz2", "snappy"})
  void shardsThatAreCutShortAreErrors(String compression) throws IOException {
    byte[] raw = MdsFiles.shard(0, 100);
    byte[] packed = compress(raw, compression);
    for (int length : new int[] {0, 1, 5, packed.length / 2, packed.length - 1}) {
      Path folder = Files.createTempDirectory(dir, "cut");
      new MdsFiles(folder).add(100, raw, Arrays.copyOf(packed, length), compression, false).list();
      Run run = convert(folder, dir.resolve("raw"));
      assertThat(run.code()).as("%d bytes", length).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).contains("shard.00000.mds." + compression + ": ").contains("again");
      assertThat(run.err().lines()).hasSize(1);
      assertThat(dir.resolve("raw")).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gz", "bz2", "snappy", "br"})
  void bytesThatAreNotCompressedAreErrors(String compression) throws IOException {
    byte[] raw = MdsFiles.shard(0, 10);
    Path from = new MdsFiles(dir.resolve("mds")).add(10, raw, raw, compression, false).list();
    Run run = convert(from, dir.resolve("raw"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("make or copy it again");
    assertThat(run.err().lines()).hasSize(1);
    assertNothingIsLeft();
  }

  @Test
  void anUnknownCompressionIsAnError() throws IOException {
    byte[] raw = MdsFiles.shard(0, 10);
    Path from = new MdsFiles(dir.resolve("mds")).add(10, raw, raw, "lzma", false).list();
    assertThat(convert(from, dir.resolve("raw")).err())
        .contains("expected a shard compressed with br, bz2, gz, snappy or zstd, found 'lzma'");
    assertNothingIsLeft();
  }

  @Test
  void anExistingTargetStaysAsItIs() throws IOException {
    Path from = folder("zstd", MdsFiles.shard(0, 10));
    Path to = Files.createDirectory(dir.resolve("raw"));
    Run run = convert(from, to);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("expected the name of a folder that is to be made, found one that is there");
    assertThat(to).isEmptyDirectory();
  }

  @Test
  void whatAKilledRunLeftIsReplaced() throws IOException {
    byte[] raw = MdsFiles.shard(0, 10);
    Path from = folder("zstd", raw);
    Path left = Files.createDirectory(dir.resolve(".raw.penstock-partial"));
    Files.write(left.resolve("shard.00000.mds"), new byte[7]);
    assertThat(convert(from, dir.resolve("raw")).code()).isEqualTo(ExitCodes.DONE);
    assertThat(dir.resolve("raw").resolve("shard.00000.mds")).hasBinaryContent(raw);
    assertThat(left).doesNotExist();
  }

  /** A reader of MosaicML leaves raw shards beside the compressed ones. */
  @Test
  void rawShardsAmongThemAreCopied() throws IOException {
    byte[] first = MdsFiles.shard(0, 10);
    byte[] second = MdsFiles.shard(10, 10);
    Path from =
        new MdsFiles(dir.resolve("mds"))
            .add(10, first, compress(first, "gz"), "gz", false)
            .add(10, second, null, "gz", true)
            .list();
    assertThat(convert(from, dir.resolve("raw")).code()).isEqualTo(ExitCodes.DONE);
    assertThat(dir.resolve("raw").resolve("shard.00001.mds")).hasBinaryContent(second);
  }

  @Test
  void optionsOfArraysAreRefused() throws IOException {
    Path from = folder("zstd", MdsFiles.shard(0, 10));
    Run run = convert(from, dir.resolve("raw"), "--dtype", "f4");
    assertThat(run.code()).isNotEqualTo(ExitCodes.DONE);
    assertThat(run.err()).contains("--dtype and --lossy must be left out");
    assertNothingIsLeft();
  }
}

package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed files that become what they were, to be read in place. */
final class UnpackTest {
  @TempDir Path directory;

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(1).nextBytes(bytes);
    System.arraycopy(tarHeader(), 0, bytes, 0, 512);
    return bytes;
  }

  /** The header of a first member, {@code a.jpg} of 9000 bytes. */
  private static byte[] tarHeader() {
    byte[] header = new byte[512];
    put(header, 0, "a.jpg");
    put(header, 100, "0000644\0" + "0000000\0".repeat(2) + "00000021450\0" + "00000000000\0");
    put(header, 148, " ".repeat(8));
    put(header, 156, "0");
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte one : header) {
      sum += one & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private Path write(String name, byte[]... pieces) throws IOException {
    Path path = directory.resolve(name);
    try (OutputStream out = Files.newOutputStream(path)) {
      for (byte[] piece : pieces) {
        out.write(piece);
      }
    }
    return path;
  }

  private Run convert(Path source, String target, String... more) {
    return Run.of(
        Stream.concat(Stream.of("convert", source, directory.resolve(target)), Stream.of(more))
            .toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "x.tar.gz, x.tar",
    "x.tar.gz, y.tar",
    "x.tgz, x.tar",
    "x.gz, x",
    "x, x.tar",
    "x.tfrecord.gz, y.tfrecord",
    "x.tfrecord-00000-of-00010.gz, x.tfrecord-00000-of-00010",
    "x.gz, x.jsonl",
    "x.any.gz, y.any"
  })
  void theTargetIsNamedLikeWhatIsInTheSource(String from, String to) throws IOException {
    Path source = write(from, gzip(bytes(3_000_000)));
    Run run = convert(source, to);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.text()).startsWith(directory.resolve(to) + ": 2.9 MiB in ");
    assertThat(directory.resolve(to)).hasBinaryContent(bytes(3_000_000));
  }

  @Test
  void severalMembersAreOneFile() throws IOException {
    byte[] bytes = bytes(200_000);
    byte[][] members = new byte[300][];
    for (int i = 0; i < members.length; i++) {
      int from = bytes.length / members.length * i;
      int to = i == members.length - 1 ? bytes.length : bytes.length / members.length * (i + 1);
      members[i] = gzip(Arrays.copyOfRange(bytes, from, to));
    }
    Path source = write("x.tar.gz", members);
    assertThat(convert(source, "x.tar").code()).isZero();
    assertThat(directory.resolve("x.tar")).hasBinaryContent(bytes);
    // Tapes are filled up with zeros.
    Files.write(source, new byte[70_000], java.nio.file.StandardOpenOption.APPEND);
    assertThat(convert(source, "y.tar").code()).isZero();
    assertThat(directory.resolve("y.tar")).hasBinaryContent(bytes);
  }

  @Test
  void headersWithAllFieldsAreRead() throws IOException {
    byte[] packed = gzip(bytes(20_000));
    byte[] start = Arrays.copyOf(packed, 10);
    start[3] = 4 | 8 | 16; // Extra, name, comment.
    byte[] fields = "\3\0abcname\0comment\0".getBytes(StandardCharsets.US_ASCII);
    Path source = write("x.tar.gz", start, fields, Arrays.copyOfRange(packed, 10, packed.length));
    assertThat(convert(source, "x.tar").code()).isZero();
    assertThat(directory.resolve("x.tar")).hasBinaryContent(bytes(20_000));
  }

  @Test
  void zlibIsUnpackedToo() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zlib = new DeflaterOutputStream(out)) {
      zlib.write(bytes(20_000));
    }
    assertThat(convert(write("x.tar.z", out.toByteArray()), "x.tar").code()).isZero();
    assertThat(directory.resolve("x.tar")).hasBinaryContent(bytes(20_000));
  }

  private void assertRefused(Path source, String reason) throws IOException {
    Run run = convert(source, "out.tar");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).startsWith("penstock: " + source).contains(reason).hasLineCount(1);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains("out.tar"));
    }
  }

  @Test
  void damageIsFoundWhereverItIs() throws IOException {
    byte[] first = gzip(bytes(20_000));
    byte[] second = gzip(bytes(10_000));
    for (int cut : new int[] {12, 100, first.length - 9, first.length - 1}) {
      assertRefused(write("x.tar.gz", Arrays.copyOf(first, cut)), "damaged or cut short");
    }
    // The JDK takes what is in the first member, and says nothing of the second.
    for (int cut : new int[] {1, 2, 5, 9, 11, second.length - 1}) {
      assertRefused(write("x.tar.gz", first, Arrays.copyOf(second, cut)), "damaged or cut short");
    }
    second[3] = (byte) 0xe0;
    assertRefused(write("x.tar.gz", first, second), "flags");
    assertRefused(write("x.tar.gz", first, "junk".getBytes(StandardCharsets.US_ASCII)), "behind");
    byte[] wrong = first.clone();
    wrong[wrong.length - 6] ^= 1;
    assertRefused(write("x.tar.gz", wrong), "CRC-32");
    wrong = first.clone();
    wrong[wrong.length - 1] ^= 1;
    assertRefused(write("x.tar.gz", wrong), "another size");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--dtype=int8", "--select=1:", "--shards=2", "--raw", "--gray", "--resume"})
  void optionsForRecordsHaveNoMeaning(String option) throws IOException {
    Run run = convert(write("x.tar.gz", gzip(bytes(20_000))), "x.tar", option);
    assertThat(run.code()).isNotZero();
    assertThat(run.err()).contains(option.replaceAll("=.*", "")).contains("must be left out");
    assertThat(directory.resolve("x.tar")).doesNotExist();
  }

  @Test
  void anExistingFileIsReplacedByForceOnly() throws IOException {
    Path source = write("x.tar.gz", gzip(bytes(20_000)));
    Path target = write("x.tar", new byte[3]);
    assertThat(convert(source, "x.tar").err()).contains("--force");
    assertThat(target).hasSize(3);
    Run run = convert(source, "x.tar", "--force", "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonObject report = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(report.get("bytes").getAsLong()).isEqualTo(20_000);
    assertThat(report.get("files").getAsString()).isEqualTo(target.toString());
    assertThat(report.get("records").isJsonNull()).isTrue();
    assertThat(target).hasBinaryContent(bytes(20_000));
  }

  @Test
  void archivesThatAreCompressedNameTheCommand() throws IOException {
    Path source = write("x.tar.gz", gzip(bytes(20_000)));
    assertThat(Run.of("info", source).err())
        .contains("a tar archive compressed by gzip")
        .contains("'penstock convert FILE.tar.gz FILE.tar'");
    Path other = write("x.tar.xz", new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
    assertThat(convert(other, "x.tar").err()).contains("unxz");
  }
}

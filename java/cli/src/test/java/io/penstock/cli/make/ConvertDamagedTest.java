package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What convert says of files that are damaged: never a wrong value, and the user's own names. */
final class ConvertDamagedTest {
  @TempDir Path directory;

  private Path out() {
    return directory.resolve("out.npy");
  }

  private String refused(Object source) throws IOException {
    Run run = Run.of("convert", source, out());
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).doesNotContain("this should not happen").doesNotContain("unpacked-");
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertThat(names).noneMatch(name -> name.contains("out.npy"));
    }
    return run.err();
  }

  private byte[] npy() throws IOException {
    byte[] data = new byte[240];
    Arrays.fill(data, (byte) 7);
    return Files.readAllBytes(Run.npy(directory.resolve("x.npy"), "'|u1'", "(60, 4)", data));
  }

  private Path npz(boolean isStored) throws IOException {
    Path path = directory.resolve("x.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      for (String name : List.of("whole.npy", "x.npy")) {
        ZipEntry entry = new ZipEntry(name);
        byte[] bytes = npy();
        if (isStored) {
          CRC32 crc = new CRC32();
          crc.update(bytes);
          entry.setMethod(ZipEntry.STORED);
          entry.setCrc(crc.getValue());
          entry.setSize(bytes.length);
        }
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
      }
    }
    return path;
  }

  @Test
  void aStoredMemberWithAWrongChecksumIsRefused() throws IOException {
    Path path = npz(true);
    byte[] bytes = Files.readAllBytes(path);
    int last = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("\7\7\7\7");
    bytes[last] ^= 1;
    Files.write(path, bytes);
    assertThat(refused(path + "#x")).contains("x.npz: expected").contains("CRC-32 of x.npy is");
    Run other = Run.of("convert", path + "#whole", out());
    assertThat(other.code()).as(other.err()).isZero();
  }

  @Test
  void everyCutWithinTheHeaderOfACompressedFileIsToldAsOne() throws IOException {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream stream = new GZIPOutputStream(gzip)) {
      stream.write(npy());
    }
    ByteArrayOutputStream zlib = new ByteArrayOutputStream();
    try (DeflaterOutputStream stream = new DeflaterOutputStream(zlib)) {
      stream.write(npy());
    }
    for (byte[] whole : List.of(gzip.toByteArray(), zlib.toByteArray())) {
      for (int length = 2; length < whole.length; length++) {
        Path path = Files.write(directory.resolve("two.gz"), Arrays.copyOf(whole, length));
        assertThat(refused(path)).contains("two.gz: ").contains("damaged or cut short");
      }
    }
    Path wrong = Files.write(directory.resolve("x.gz"), new byte[] {0x1f, (byte) 0x8b, 3, 0, 0});
    assertThat(refused(wrong)).contains("x.gz: ").contains("damaged or cut short");
  }

  @ParameterizedTest
  @CsvSource({
    "425a68, x", // Cut before it can be told from text.
    "425a6839314159265359, bunzip2",
    "fd377a585a, unxz",
    "fd377a585a00, unxz",
    "28b52ffd, unzstd",
    "04224d18, unlz4",
    "78, x",
    "1f, x"
  })
  void startsOfOtherCompressionsNameTheirTool(String start, String tool) throws IOException {
    byte[] bytes = java.util.HexFormat.of().parseHex(start);
    assertThat(refused(Files.write(directory.resolve("y"), bytes))).contains(tool);
  }

  @Test
  void rawElementsAreNotUnpacked() throws IOException {
    // As uint16: 40056, 1; the first two bytes are those of zlib. And those of gzip, and of xz.
    for (String start : List.of("789c0100", "1f8b0100", "fd377a585a00", "425a6839", "28b52ffd")) {
      byte[] bytes = java.util.HexFormat.of().parseHex(start);
      Path path = Files.write(directory.resolve("tokens.bin"), bytes);
      Run run = Run.of("convert", path + "#raw:<u2", out(), "--force");
      assertThat(run.code()).as(run.err()).isZero();
      byte[] made = Files.readAllBytes(out());
      assertThat(Arrays.copyOfRange(made, made.length - bytes.length, made.length))
          .isEqualTo(bytes);
    }
  }

  @Test
  void errorsInWhatIsCompressedNameTheUsersFileAndItsParts() throws IOException {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(Files.readAllBytes(npz(true)));
    Path path = directory.resolve("model.joblib");
    try (DeflaterOutputStream stream = new DeflaterOutputStream(Files.newOutputStream(path))) {
      stream.write(inner.toByteArray());
    }
    assertThat(refused(path))
        .contains("model.joblib: expected one array, found 2: 'whole', 'x'")
        .contains("name one as model.joblib#NAME");
    assertThat(refused(path + "#y")).contains("model.joblib: expected a part 'y'");
    Run run = Run.of("convert", path + "#x", out());
    assertThat(run.code()).as(run.err()).isZero();
  }
}

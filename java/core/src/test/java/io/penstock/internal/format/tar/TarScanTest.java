package io.penstock.internal.format.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Hostile;
import io.penstock.internal.format.tar.FoundSamples.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scan finds in archives, byte by byte, and what it says of those that are not right. */
class TarScanTest {
  private static final String GNU = "ustar  \0";
  private static final String V7 = "\0\0\0\0\0\0\0\0";

  @TempDir Path directory;

  private FoundSamples scan(TarFiles tar) {
    return scan(tar.bytes());
  }

  private FoundSamples scan(byte[] tar) {
    Path path = Hostile.write(directory.resolve("x.tar"), tar, tar.length);
    return FoundSamples.of(path);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(TarFiles tar) {
    return assertThatThrownBy(() -> scan(tar))
        .isInstanceOf(PenstockException.class)
        .hasMessageStartingWith(directory.resolve("x.tar") + ": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void neighboursWithOneKeyAreASample() {
    FoundSamples found =
        scan(
            new TarFiles()
                .member("./", '5', "")
                .file("./a.jpg", "jpeg of a")
                .file("./a.CLS", "7")
                .file("./a.seg.png", "png")
                .file("./b.b/b.jpg", "x".repeat(513))
                .file("./b.b/b.cls", "")
                .end());
    assertThat(found.keys()).containsExactly("./a", "./b.b/b");
    assertThat(found.places())
        .containsOnlyKeys("jpg", "cls", "seg.png")
        .containsEntry("jpg", List.of(new Place(1024, 9), new Place(4096, 513)))
        .containsEntry("cls", List.of(new Place(2048, 1), new Place(5632, 0)))
        .containsEntry("seg.png", List.of(new Place(3072, 3), Place.MISSING));
    assertThat(found.facts()).containsEntry("end mark", "yes").doesNotContainKey("plain");
  }

  @Test
  void aColumnMayBeginLate() {
    FoundSamples found =
        scan(new TarFiles().file("a.x", "").file("b.x", "").file("c.y", "c").file("d.x", "").end());
    assertThat(found.places().get("x"))
        .containsExactly(new Place(512, 0), new Place(1024, 0), Place.MISSING, new Place(2560, 0));
    assertThat(found.places().get("y"))
        .containsExactly(Place.MISSING, Place.MISSING, new Place(1536, 1), Place.MISSING);
  }

  @Test
  void thePlainFileIsTheOnlyColumn() {
    assertThat(scan(new TarFiles().file("a.jpg", "").file("b.JPG", "").end()).facts())
        .containsEntry("plain", "jpg");
  }

  @Test
  void whatWebDatasetPassesOverIsPassedOver() {
    FoundSamples found =
        scan(
            new TarFiles()
                .pax('g', "comment", "of git")
                .file("README", "no dot")
                .file(".hidden.jpg", "")
                .file("a/.hidden.jpg", "")
                .file("a/._b.jpg", "")
                .file("__meta__", "")
                .file("__meta__/a.jpg", "")
                .file("__MACOSX/a.jpg", "")
                .file("a/PaxHeaders.17/b.jpg", "")
                .file("a.b/c", "the dot is in a folder")
                .file("a.", "")
                .member("a.jpg/", '5', "")
                .member("d/", '0', "")
                .member("link", '2', "")
                .member("pipe", '6', "")
                .file("__a.jpg", "a sample")
                .file("MACOSX/a.jpg", "another one")
                .end());
    assertThat(found.keys()).containsExactly("__a", "MACOSX/a");
  }

  @Test
  void namesComeFromAllKindsOfHeaders() {
    String folder = "f".repeat(120);
    String file = "n".repeat(96) + ".jpg";
    byte[] prefixed = new TarFiles().header(file, '0', 0);
    ByteBuffer.wrap(prefixed).put(345, folder.getBytes(StandardCharsets.US_ASCII));
    byte[] gnu = new TarFiles().magic(GNU).header("gnu.jpg", '0', 0);
    ByteBuffer.wrap(gnu).put(345, "14012345671\0".getBytes(StandardCharsets.US_ASCII));
    byte[] old = new TarFiles().magic(V7).header("old.jpg", '\0', 0);
    FoundSamples found =
        scan(
            new TarFiles()
                .header(prefixed)
                .header(gnu)
                .header(old)
                .member("././@LongLink", 'L', "l/" + "o".repeat(300) + ".jpg\0")
                .file("cut", "")
                .pax('x', "mtime", "1.5", "path", "päx.jpg")
                .file("cut", "")
                .pax('x', "path", "first.jpg", "path", "last.jpg")
                .file("cut", "")
                .file("own.jpg", "")
                .end());
    assertThat(found.keys())
        .containsExactly(
            folder + "/" + "n".repeat(96),
            "gnu",
            "old",
            "l/" + "o".repeat(300),
            "päx",
            "last",
            "own");
  }

  @Test
  void sizesComeFromPaxHeadersAndInBaseTwoHundredAndFiftySix() {
    byte[] binary = new TarFiles().header("b.x", '0', 5);
    ByteBuffer.wrap(binary).put(124, new byte[] {(byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5});
    byte[] blanks = new TarFiles().header("c.x", '0', 0);
    ByteBuffer.wrap(blanks).put(124, "          5 ".getBytes(StandardCharsets.US_ASCII));
    FoundSamples found =
        scan(
            new TarFiles()
                .pax('x', "size", "5")
                .header(new TarFiles().header("a.x", '0', 0))
                .data(new byte[5])
                .header(binary)
                .data(new byte[5])
                .header(blanks)
                .data(new byte[5])
                .end());
    assertThat(found.places().get("x"))
        .containsExactly(new Place(1536, 5), new Place(2560, 5), new Place(3584, 5));
  }

  @Test
  void checksumsMayCountBytesAsSigned() {
    byte[] header = new TarFiles().header("é.x", '0', 0);
    assertThat(scan(new TarFiles().raw(TarFiles.summed(header, true)).end()).keys())
        .containsExactly("é");
    header[0] ^= 1;
    assertRefused(new TarFiles().file("a.x", "").raw(header).end())
        .hasMessageContaining("expected the header of a member at byte 512, found other bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "1, a hard link to 'to', tar --hard-dereference",
    "2, a symbolic link to 'to', tar --dereference",
    "3, a device or pipe, without this member",
    "S, a sparse file, without tar --sparse",
    "M, the rest of a file from another volume, unpack all volumes",
    "Z, a member of a type that tar does not have, without this member",
  })
  void whatIsNoPlainFileIsAnErrorByName(char type, String kind, String remedy) {
    byte[] header = new TarFiles().header("n01/2.jpg", type, 0);
    ByteBuffer.wrap(header).put(157, new byte[] {'t', 'o'});
    assertRefused(new TarFiles().file("n01/1.jpg", "").header(header).end())
        .hasMessageContaining("'n01/2.jpg'")
        .hasMessageContaining("found " + kind)
        .hasMessageContaining(remedy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GNU.sparse.major", "GNU.sparse.map", "GNU.sparse.size"})
  void sparseFilesOfPaxAreToldByTheirOwnNames(String key) {
    assertRefused(
            new TarFiles()
                .pax('x', key, "1", "GNU.sparse.name", "a/b.jpg", "path", "a/GNUSparseFile.1/b.jpg")
                .file("cut", "")
                .end())
        .hasMessageContaining("member 'a/b.jpg'")
        .hasMessageContaining("a sparse file");
  }

  @Test
  void sparseFilesThatBelongToNoSampleArePassedOver() {
    byte[] header = new TarFiles().magic(GNU).header("core", 'S', 3);
    header[482] = 1;
    byte[] more = new byte[512];
    more[504] = 1;
    FoundSamples found =
        scan(
            new TarFiles()
                .header(header)
                .raw(more)
                .raw(new byte[512])
                .data(new byte[3])
                .file("a.x", "")
                .end());
    assertThat(found.places().get("x")).containsExactly(new Place(2560, 0));
  }

  @Test
  void membersOfASampleMustBeTogetherAndOfDifferentEndings() {
    assertRefused(new TarFiles().file("a.x", "").file("b.x", "").file("a.y", "").end())
        .hasMessageContaining("sample 'a' one after another, found another one at byte 1024")
        .hasMessageContaining("--sort=name");
    assertRefused(new TarFiles().file("a.jpg", "").file("a.y", "").file("a.JPG", "").end())
        .hasMessageContaining(
            "expected one .jpg in sample 'a', found two, the second at byte 1024");
    assertRefused(new TarFiles().file("a.__key__", "").end()).hasMessageContaining("__key__");
  }

  @Test
  void aKeyThatComesAgainIsFoundAmongMany() {
    TarFiles tar = new TarFiles();
    for (int i = 0; i < 20_000; i++) {
      tar.file(i + ".x", "");
    }
    assertThat(scan(tar).keys()).hasSize(20_000).doesNotHaveDuplicates();
    assertRefused(tar.file("12345.y", "")).hasMessageContaining("sample '12345'");
  }

  @Test
  void endingsThatAreManyAreNamesWithDots() {
    TarFiles tar = new TarFiles();
    for (int i = 0; i < 200; i++) {
      tar.file("2024." + i + ".jpg", "");
    }
    assertRefused(tar.end())
        .hasMessageContaining("found '2024.128.jpg', whose ending is .128.jpg")
        .hasMessageContaining("first dot");
  }

  @Test
  void archivesWithoutSamplesAreAnError() {
    assertRefused(new TarFiles().file("README", "").member("d/", '5', "").end())
        .hasMessageContaining("found 2 members without any");
  }

  @Test
  void theEndIsMarkedOrTheFileEnds() {
    TarFiles tar = new TarFiles().file("a.x", "abc");
    assertThat(scan(tar).facts()).containsEntry("end mark", "no");
    assertThat(scan(tar.raw(new byte[512])).facts()).containsEntry("end mark", "yes");
    // The writer was killed before it had padded the last member.
    byte[] unpadded = new TarFiles().file("a.x", "").file("b.x", "abc").bytes();
    FoundSamples found = scan(java.util.Arrays.copyOf(unpadded, 1024 + 3));
    assertThat(found.places().get("x")).containsExactly(new Place(512, 0), new Place(1024, 3));
    assertThat(found.facts()).containsEntry("end mark", "no");
  }

  @Test
  void anotherArchiveBehindTheEndIsToldAndPaddingIsNot() throws IOException {
    byte[] more = new TarFiles().file("b.x", "").end().bytes();
    assertRefused(new TarFiles().file("a.x", "").end().raw(new byte[5 << 20]).raw(more))
        .hasMessageContaining("found another archive at byte %d".formatted(1536 + (5 << 20)))
        .hasMessageContaining("shards");
    byte[] junk = "left in the buffer".repeat(100).getBytes(StandardCharsets.US_ASCII);
    assertThat(scan(new TarFiles().file("a.x", "").end().raw(junk)).keys()).hasSize(1);
    // A terabyte of zeros behind it is not read.
    Path large = directory.resolve("large.tar");
    Files.write(large, new TarFiles().file("a.x", "").end().bytes());
    try (FileChannel file = FileChannel.open(large, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 1L << 40);
    }
    assertThat(FoundSamples.of(large).keys()).hasSize(1);
  }

  @Test
  void sizesBeyondFourGibibytesAreFollowed() throws IOException {
    Path path = directory.resolve("large.tar");
    long large = (8L << 30) + 5;
    long second = 512 + (8L << 30) + 512;
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      byte[] first = TarFiles.summed(new TarFiles().header("a.x", '0', large), false);
      file.write(ByteBuffer.wrap(first), 0);
      file.write(ByteBuffer.wrap(new TarFiles().file("b.x", "abc").end().bytes()), second);
    }
    assertThat(FoundSamples.of(path).places().get("x"))
        .containsExactly(new Place(512, large), new Place(second + 512, 3));
  }
}

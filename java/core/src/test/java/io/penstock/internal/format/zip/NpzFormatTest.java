package io.penstock.internal.format.zip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Hostile;
import io.penstock.format.NpyFiles;
import io.penstock.format.Source;
import io.penstock.format.ZipFiles;
import io.penstock.format.ZipFiles.Entry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives written by hand: which members are read in place, and what is said of the others. */
class NpzFormatTest {
  private static final long WITHIN_BYTES = 64 << 20;

  @TempDir Path directory;

  private static byte[] array(int records) {
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary("'<i2'", "False", "(%d,)"));
    String text = new String(header, StandardCharsets.ISO_8859_1).replace("%d", "" + records);
    byte[] sized = text.getBytes(StandardCharsets.ISO_8859_1);
    sized[8] = (byte) (sized.length - 10);
    return NpyFiles.join(sized, new byte[2 * records]);
  }

  private Path write(byte[] archive) {
    return NpyFiles.write(directory, "a.npz", archive);
  }

  private static Source part(Path file, String part) {
    return Source.parse(Path.of(file + "#" + part));
  }

  @Test
  void storedMembersAreReadInPlace() {
    byte[] first = array(3);
    Path file = write(ZipFiles.archive(Entry.of("x.npy", first), Entry.of("y/z.npy", array(4))));
    assertThat(Formats.parts(file)).extracting(Part::name).containsExactly("x", "y/z");
    ArrayLayout x = Formats.open(part(file, "x"));
    assertThat(x.format()).isEqualTo("npz");
    assertThat(x.path()).isEqualTo(file);
    assertThat(x.dataOffset()).isEqualTo(30 + 5 + first.length - 6);
    assertThat(x.recordCount()).isEqualTo(3);
    assertThat(Formats.open(part(file, "y/z")).recordCount()).isEqualTo(4);
  }

  @Test
  void aSingleArrayNeedsNoName() {
    Path file =
        write(ZipFiles.archive(Entry.of("x.npy", array(3)), Entry.of("notes.txt", new byte[9])));
    assertThat(Formats.open(file).part()).isEqualTo("x");
  }

  @Test
  void severalArraysNeedNames() {
    Path file = write(ZipFiles.archive(Entry.of("x.npy", array(3)), Entry.of("y.npy", array(3))));
    assertRefused(file, "expected one array, found 2: 'x', 'y': name one as a.npz#NAME");
    assertRefused(part(file, "z"), "expected a part 'z', found none of this name, but 'x', 'y'");
  }

  @Test
  void aMemberCountsBeforeAFieldOfTheSameName() {
    String point = "[('x', '<f4'), ('y', '<f4')]";
    byte[] points =
        NpyFiles.join(
            NpyFiles.header(1, NpyFiles.dictionary(point, "False", "(2,)")), new byte[16]);
    Path file = write(ZipFiles.archive(Entry.of("p.npy", points), Entry.of("p.x.npy", array(3))));
    List<Part> parts = Formats.parts(file);
    assertThat(parts).extracting(Part::name).containsExactly("p", "p.x~2", "p.y", "p.x");
    for (Part listed : parts) {
      assertThat(Formats.open(part(file, listed.name()))).isEqualTo(listed.layout());
    }
  }

  @Test
  void archivesWithoutArraysAreRefused() {
    assertRefused(write(ZipFiles.archive()), "expected one array, found none");
    Path file = write(ZipFiles.archive(Entry.of("notes.txt", new byte[9])));
    assertRefused(file, "expected an archive of arrays (NAME.npy), found a zip archive: unpack");
    assertRefused(part(file, "x"), "expected an archive of arrays (NAME.npy), found a zip archive");
    file =
        write(
            ZipFiles.archive(
                Entry.of("m/byteorder", new byte[6]), Entry.of("m/data.pkl", new byte[6])));
    assertRefused(file, "'m/byteorder': expected 'little' or 'big', found other bytes");
  }

  @Test
  void membersBeyond4GibibytesAreRead() throws IOException {
    long records = 5L << 30;
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary("'|u1'", "False", "(" + records + ",)"));
    long size = header.length + records;
    Entry large = Entry.of("x.npy", header).withSizes(size, size, size);
    byte[] start = ZipFiles.archive(large);
    int localBytes = 30 + 5 + 20 + header.length;
    Path file = directory.resolve("large.npz");
    try (RandomAccessFile archive = new RandomAccessFile(file.toFile(), "rw")) {
      archive.write(start, 0, localBytes);
      long second = 30 + 5 + 20 + size;
      archive.seek(second);
      byte[] small = ZipFiles.archive(Entry.of("y.npy", array(3)));
      archive.write(small, 0, 30 + 5 + array(3).length);
      long offset = archive.getFilePointer();
      archive.write(ZipFiles.directoryEntry(large, 0));
      archive.write(ZipFiles.directoryEntry(Entry.of("y.npy", array(3)), second));
      long end = archive.getFilePointer();
      archive.write(ZipFiles.end(true, 2, end - offset, offset, end));
    }
    assertThat(Formats.open(part(file, "x")).recordCount()).isEqualTo(records);
    assertThat(Formats.open(part(file, "y")).dataOffset()).isGreaterThan(5L << 30);
  }

  @Test
  void membersThatCannotBeReadInPlaceAreListedWithTheReason() {
    Path file =
        write(
            ZipFiles.archive(
                Entry.of("x.npy", array(3)),
                Entry.of("deflated.npy", new byte[9]).withMethod(8),
                Entry.of("lzma.npy", new byte[9]).withMethod(14),
                Entry.of("secret.npy", array(3)).withFlags(1, 1),
                Entry.of("masked.npy", array(3)).withFlags(1 << 13, 1 << 13),
                Entry.of("broken.npy", new byte[9])));
    assertThat(Formats.open(part(file, "x")).recordCount()).isEqualTo(3);
    assertThat(Formats.parts(file)).hasSize(6);
    assertRefused(part(file, "deflated"), "is compressed (deflated): expected a stored member");
    assertRefused(part(file, "deflated"), "penstock convert");
    assertRefused(part(file, "lzma"), "is compressed (method 14)");
    assertRefused(part(file, "secret"), "is encrypted");
    assertRefused(part(file, "masked"), "is encrypted");
    assertRefused(part(file, "broken"), "'broken': expected version 1.0, 2.0 or 3.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x.npy", "/etc/x.npy", "a/../../x.npy", "..\\x.npy", "C:x.npy", "a\0b.npy"})
  void namesThatLeadOutOfTheArchiveAreRefused(String name) {
    Path file = write(ZipFiles.archive(Entry.of(name, array(3))));
    assertRefused(file, "expected a name inside the archive");
  }

  @Test
  void membersOverOneAnotherAreRefused() {
    Entry x = Entry.of("x.npy", array(3));
    assertRefused(
        write(ZipFiles.archive(x, Entry.of("y.npy", array(3)).withHeaderOffset(0))), "lie apart");
    assertRefused(
        write(ZipFiles.archive(x.withSizes(200, 200, 200), Entry.of("y.npy", array(3)))),
        "lie apart");
    assertRefused(write(ZipFiles.archive(x.withHeaderOffset(1 << 20))), "lie apart");
    assertRefused(write(ZipFiles.archive(x.withSizes(1000, 1000, 1000))), "lie apart");
    assertRefused(write(ZipFiles.archive(x.withSizes(-1, -1, -1))), "lie apart");
    assertRefused(write(ZipFiles.archive(x.withHeaderOffset(Long.MAX_VALUE))), "lie apart");
    assertRefused(write(ZipFiles.archive(x, x)), "of different names, found 'x.npy' twice");
  }

  @Test
  void membersThatSayTwoThingsAreRefused() {
    Entry x = Entry.of("x.npy", array(3));
    assertRefused(write(ZipFiles.archive(x.withLocalName("z.npy"))), "differ in its name");
    assertRefused(write(ZipFiles.archive(x.withFlags(0, 1))), "differ in how it is stored");
    assertRefused(write(ZipFiles.archive(x.withSizes(20, 20, 30))), "differ in its size");
    assertRefused(write(ZipFiles.archive(x.withSizes(20, 30, 20))), "differ in its size");
    // Sizes that were written behind the data stand in the directory only.
    long size = array(3).length;
    Path file = write(ZipFiles.archive(x.withFlags(8, 8).withSizes(size, size, 0)));
    assertThat(Formats.open(file).recordCount()).isEqualTo(3);
  }

  @Test
  void arraysEndWithTheirMember() {
    byte[] lying = Arrays.copyOf(array(3), array(3).length - 1);
    Path file = write(ZipFiles.archive(Entry.of("x.npy", lying), Entry.of("y.npy", array(50))));
    assertRefused(part(file, "x"), "cut short: expected 6 bytes of data");
  }

  @Test
  void endsThatLieAreRefused() {
    Entry x = Entry.of("x.npy", array(3));
    for (boolean isZip64 : new boolean[] {false, true}) {
      for (int number = 0; number < 3; number++) {
        int place = number;
        for (long change : new long[] {1, -1, -300, 1 << 14, 1L << 40, 1L << 63, -1L >>> 2}) {
          if (!isZip64 && (change > 1 << 14 || change < -300)) {
            continue; // More than its fields have bits for.
          }
          Path file =
              write(
                  ZipFiles.archive(
                      isZip64,
                      end -> {
                        end[place] += change;
                        return end;
                      },
                      x));
          assertThatThrownBy(() -> Formats.open(file))
              .as("zip64 %s, number %d + %d", isZip64, number, change)
              .isInstanceOf(PenstockException.class);
        }
      }
      assertThat(Formats.open(write(ZipFiles.archive(isZip64, end -> end, x))).recordCount())
          .isEqualTo(3);
    }
  }

  @Test
  void archivesBehindOtherDataAreRefused() {
    byte[] archive = ZipFiles.archive(Entry.of("x.npy", array(3)));
    assertRefused(
        write(NpyFiles.join(Arrays.copyOf(archive, 4), archive)), "expected its directory to end");
  }

  @Test
  void directoriesOfManyMembersAreRefusedBeforeTheyAreRead() {
    Path file =
        write(
            ZipFiles.archive(
                true, end -> new long[] {200_000, end[1], end[2]}, Entry.of("x.npy", array(3))));
    Hostile.assertRefusedWithin(file, 1 << 20, "at most 100000 members");
    Entry[] entries = new Entry[40_000];
    Arrays.setAll(entries, i -> Entry.of("member" + i + ".npy", new byte[0]));
    Hostile.assertRefusedWithin(
        write(ZipFiles.archive(entries)),
        WITHIN_BYTES,
        "more than 1000 arrays that cannot be read");
  }

  @Test
  void everyPrefixIsRefused() {
    byte[] file =
        ZipFiles.archive(true, end -> end, Entry.of("x.npy", array(3)), Entry.of("t", new byte[9]));
    Hostile.assertPrefixesRefused(directory.resolve("cut.npz"), file);
  }

  @Test
  void damagedArchivesAreReadConsistentlyOrRefused() {
    List<byte[]> files =
        List.of(
            ZipFiles.archive(Entry.of("x.npy", array(3)), Entry.of("y.npy", array(2))),
            ZipFiles.archive(true, end -> end, Entry.of("x.npy", array(3))));
    files.forEach(file -> Hostile.assertFlipsSound(directory.resolve("flip.npz"), file));
    Hostile.assertChangesSound(directory.resolve("changed.npz"), files, 4_000, 11);
  }

  private static void assertRefused(Path path, String reason) {
    assertRefused(Source.of(path), reason);
  }

  private static void assertRefused(Source source, String reason) {
    assertThatThrownBy(() -> Formats.open(source))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(reason);
  }
}

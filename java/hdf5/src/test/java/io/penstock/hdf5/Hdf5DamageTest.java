package io.penstock.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single faults at known places: each is told of the dataset that it is in, and of no other. */
class Hdf5DamageTest {
  private static final Pattern BYTES = Pattern.compile("in bytes ([0-9]+) to ([0-9]+)");

  @TempDir Path directory;

  @BeforeEach
  void unpack() throws IOException {
    Kinds.unpack(directory);
  }

  private Source part(String file, String name) {
    return Source.of(directory.resolve(file)).part(name);
  }

  private static byte[] elements(Source source) throws IOException {
    StreamedArray array = Formats.streamed(source).orElseThrow();
    try (InputStream in = array.source().open()) {
      return in.readAllBytes();
    }
  }

  private static void overwrite(Path file, String text, String other) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String contents = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = contents.indexOf(text);
    assertThat(at).isPositive();
    byte[] replacement = other.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(replacement, 0, bytes, at, replacement.length);
    Files.write(file, bytes);
  }

  /** Where a chunk lies is learnt from the message of one that is damaged in its size. */
  @Test
  void aFlippedByteBeneathAChecksumIsAnErrorThatNamesTheChunk() throws IOException {
    for (String file : List.of("filters-earliest.h5", "filters-latest.h5")) {
      Path whole = directory.resolve(file);
      byte[] bytes = Files.readAllBytes(whole);
      byte[] values = elements(part(file, "filters/<i2 fletcher32"));
      // The second chunk has 16 rows of 4 numbers, which begin with those of row 0, column 4.
      byte[] row = Arrays.copyOfRange(values, 8, 14);
      byte[] next = Arrays.copyOfRange(values, 14 + 8, 14 + 14);
      int at = find(bytes, row, next);
      bytes[at + 1] ^= 4;
      Files.write(whole, bytes);
      assertThatThrownBy(() -> elements(part(file, "filters/<i2 fletcher32")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the chunk at (0, 4) in bytes " + at)
          .hasMessageContaining("fletcher32");
      assertThat(elements(part(file, "filters/u1 fletcher32"))).hasSize(350);
    }
  }

  /** A chunk of four columns of which the last is outside of the array. */
  private static int find(byte[] bytes, byte[] row, byte[] next) {
    for (int at = 0; at + 14 <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + 6, row, 0, 6)
          && Arrays.equals(bytes, at + 8, at + 14, next, 0, 6)) {
        return at;
      }
    }
    throw new AssertionError("no such chunk");
  }

  @Test
  void aDamagedObjectIsNamedAndHidesNoOther() throws IOException {
    Path file = directory.resolve("types-latest.h5");
    long sound = Formats.parts(file).stream().filter(part -> part.problem().isEmpty()).count();
    byte[] bytes = Files.readAllBytes(file);
    String contents = new String(bytes, StandardCharsets.ISO_8859_1);
    int header = contents.indexOf("OHDR", contents.indexOf("OHDR", 100) + 1);
    bytes[header + 20] ^= 1;
    Files.write(file, bytes);
    List<Part> parts = Formats.parts(file);
    assertThat(parts)
        .filteredOn(part -> part.problem().orElse("").contains("expected checksum"))
        .hasSizeLessThanOrEqualTo(1);
    assertThat(parts)
        .filteredOn(part -> part.problem().isEmpty())
        .hasSizeGreaterThan((int) sound / 2);
  }

  @Test
  void aFileThatIsCutShortSaysHowMuchIsMissing() throws IOException {
    Path file = directory.resolve("userblock.h5");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> Formats.parts(file))
        .isInstanceOf(PenstockException.class)
        .hasMessage(
            "%s: file is cut short: expected %d bytes as its superblock says, found %d: make or copy"
                    .formatted(file, bytes.length, bytes.length - 1)
                + " the file again");
  }

  @Test
  void aFilterThatIsMissingIsNamedWithTheWayOut() throws IOException {
    // The name of lzf stands in the message of its filter, its number 32000 before it.
    overwrite(
        directory.resolve("filters-earliest.h5"), "\u0000}\u0008\u0000", "\u0001}\u0008\u0000");
    List<Part> parts = Formats.parts(directory.resolve("filters-earliest.h5"));
    assertThat(parts)
        .filteredOn(part -> part.problem().orElse("").contains("found blosc (32001)"))
        .hasSize(1)
        .allSatisfy(
            part -> {
              assertThat(part.problem().get()).contains("h5repack -f NONE").contains("lzf");
              assertThat(part.streamed()).isEmpty();
            });
  }

  @Test
  void linksAreFollowedByNameOrSayWhereTheyLead() throws IOException {
    for (String file : List.of("groups-earliest.h5", "groups-latest.h5")) {
      ArrayLayout soft = Formats.open(part(file, "links/soft"));
      assertThat(Expected.inPlace(soft)).isEqualTo(new byte[] {2, 0, 0, 0});
      assertThat(soft.part()).isEqualTo("links/soft");
      assertThat(Expected.inPlace(Formats.open(part(file, "links/relative")))[0])
          .isEqualTo((byte) 1);
      assertThat(Expected.inPlace(Formats.open(part(file, "links/up/links/hard")))[0])
          .isEqualTo((byte) 1);
      assertRefused(part(file, "links/dangling"), "a soft link to '/nowhere'");
      assertRefused(part(file, "links/outside"), "a link to '/x/y' in the file 'other.h5'");
      assertRefused(part(file, "links/round"), "soft links that go round");
      assertRefused(part(file, "links/nothing"), "expected a part 'links/nothing', found none");
      String bottom = "d/".repeat(100) + "bottom";
      assertThat(Expected.inPlace(Formats.open(part(file, bottom)))).hasSize(8);
      assertThat(Formats.parts(directory.resolve(file)))
          .extracting(Part::name)
          .contains(bottom, "links/hard")
          .doesNotContain("links/soft", "links/dangling", "links/outside");
    }
  }

  /** Bare bytes they would be, and mixed without a word. */
  @Test
  void shardsWhoseTypesDifferInOrderOrFieldsMakeNoColumn() {
    List<List<String>> pairs =
        List.of(
            List.of("types/c8", "types/c8big"),
            List.of("types/f4", "types/f4big"),
            List.of("types/compound", "types/spread"),
            List.of("types/compound", "types/complex in it"));
    for (List<String> pair : pairs) {
      List<ArrayLayout> layouts =
          pair.stream().map(name -> Formats.open(part("types-latest.h5", name))).toList();
      assertThatThrownBy(() -> ArrayLayout.column("x", layouts))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("must have records alike");
    }
    assertThat(Formats.open(part("types-latest.h5", "types/compound.at")).elementType().descr())
        .isEqualTo("<c16");
  }

  private static void assertRefused(Source source, String reason) {
    assertThatThrownBy(() -> Formats.open(source))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void placesOfDamageAreInsideOfTheFile() throws IOException {
    Path file = directory.resolve("chunks-earliest.h5");
    byte[] bytes = Files.readAllBytes(file);
    String contents = new String(bytes, StandardCharsets.ISO_8859_1);
    int told = 0;
    for (int at = contents.indexOf("TREE\u0001");
        at >= 0;
        at = contents.indexOf("TREE\u0001", at + 1)) {
      bytes[at + 24] ^= 0x40; // The stored size of the first chunk.
    }
    Files.write(file, bytes);
    for (Part part : Formats.parts(file)) {
      if (part.streamed().isPresent()) {
        try (InputStream in = part.streamed().get().source().open()) {
          in.readAllBytes();
        } catch (IOException e) {
          Matcher place = BYTES.matcher(e.getMessage());
          assertThat(e.getMessage()).contains("the chunk at (");
          if (place.find()) {
            assertThat(Long.parseLong(place.group(1))).isBetween(0L, (long) bytes.length);
          }
          told++;
        }
      }
    }
    assertThat(told).isGreaterThan(10);
  }
}

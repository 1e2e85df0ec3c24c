package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Dataset;
import io.penstock.TestArray;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTest {
  private static final Path FILES = Path.of("src/test/resources/io/penstock/format/numpy1");

  @TempDir Path directory;

  private Path bytes(String name, int count) throws IOException {
    return Files.write(directory.resolve(name), new byte[count]);
  }

  @Test
  void whatIsTypedMeansTheSameAsWhatIsWrittenInCode() throws IOException {
    Path file = bytes("x.bin", 12);
    assertThat(Source.parse(file)).isEqualTo(Source.of(file));
    assertThat(Source.parse(Path.of(file + "#a.b"))).isEqualTo(Source.of(file).part("a.b"));
    assertThat(Source.parse(directory.resolve("*.npy")))
        .isEqualTo(Source.glob(directory, "*.npy"))
        .isNotEqualTo(Source.of(directory.resolve("*.npy")));
    assertThat(Source.parse(directory.resolve("*.npz#x")))
        .isEqualTo(Source.glob(directory, "*.npz").part("x"));
    assertThat(Source.parse(Path.of(file + "#raw:<u2:-1x3:6")))
        .isEqualTo(Source.of(file).raw(RawLayout.of(ElementType.named("<u2"), 3).skipBytes(6)));
    assertThat(Source.parse(Path.of(file + "#raw:|u1:2:1")))
        .isEqualTo(
            Source.of(file).raw(RawLayout.of(ElementType.UINT8).recordCount(2).skipBytes(1)));
  }

  @Test
  void itIsWrittenAsItIsTyped() throws IOException {
    Path file = bytes("x.bin", 12);
    for (String typed : new String[] {"x.bin", "x.bin#a#b", "y*.npy#z", "x.bin#raw:|u1:-1x2:3"}) {
      assertThat(Source.parse(directory.resolve(typed)))
          .hasToString(directory.resolve(typed).toString());
    }
    assertThat(Source.of(file).partName()).isEmpty();
    assertThat(Source.of(file).part("a").partName()).hasValue("a");
    assertThat(Source.of(file).part("a").file()).isEqualTo(file);
  }

  /** Signs mean something where they are typed, and nowhere else. */
  @ParameterizedTest
  @ValueSource(strings = {"a#b.npy", "part-*.npy", "what?.npy", "x.npy#raw:u1"})
  void aPathIsTheFileOfExactlyThatName(String name) throws IOException {
    TestArray.random(directory.resolve("a.npy"), 5, 8, 1);
    Path written = TestArray.random(directory.resolve("written.npy"), 5, 8, 1).path();
    Path odd = Files.move(written, directory.resolve(name));
    try (Dataset dataset = Dataset.open(odd)) {
      assertThat(dataset.recordCount()).isEqualTo(5);
      assertThat(dataset.files()).singleElement().extracting("path").isEqualTo(odd);
    }
    try (Dataset dataset = Dataset.open(Source.parse(odd))) {
      assertThat(dataset.recordCount()).as("a file that is there wins").isEqualTo(5);
    }
    Files.delete(odd);
    assertThatThrownBy(() -> Dataset.open(odd))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a file of exactly this name, found none: in code, ")
        .hasMessageContaining(name.contains("#") ? "Source.of(file).part(name)" : "Source.glob(");
  }

  @Test
  void aPatternIsItsFilesInTheOrderOfTheirNumbers() {
    for (int i : new int[] {10, 9, 1}) {
      TestArray.random(directory.resolve("part-" + i + ".npy"), i, 8, i);
    }
    Source parts = Source.glob(directory, "part-*.npy");
    assertThat(parts.shards())
        .containsExactly(
            Source.of(directory.resolve("part-1.npy")),
            Source.of(directory.resolve("part-9.npy")),
            Source.of(directory.resolve("part-10.npy")));
    assertThat(parts.columnName()).isEqualTo("part");
    try (Dataset dataset = Dataset.open(parts)) {
      assertThat(dataset.column("part").recordCount()).isEqualTo(20);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Formats.open(parts))
        .withMessageContaining("use each of its shards()");
    assertThatThrownBy(() -> Dataset.open(Source.glob(directory, "none-*.npy")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected files that match, found none");
  }

  @Test
  void partsAndRawElementsApplyToEachShard() throws IOException {
    bytes("a-1.bin", 6);
    bytes("a-2.bin", 8);
    Source raw = Source.glob(directory, "a-?.bin").raw(RawLayout.of(ElementType.UINT8, 2));
    try (Dataset dataset = Dataset.builder().column("x", raw).open()) {
      assertThat(dataset.recordCount()).isEqualTo(7);
      assertThat(dataset.column("x").shape()).isEqualTo(Shape.of(2));
    }
  }

  @Test
  void partsOfAFileAreColumns() {
    Path file = FILES.resolve("stored.npz");
    try (Dataset dataset = Dataset.open(Source.of(file).part("x"), Source.of(file).part("y"))) {
      assertThat(dataset.columns()).extracting("name").containsExactly("x", "y");
    }
    assertThatThrownBy(() -> Dataset.open(file)).hasMessageContaining("in code with Source.part");
  }

  @Test
  void whatCannotBeIsRefusedAtOnce() throws IOException {
    Source file = Source.of(bytes("x.bin", 12));
    assertThatIllegalArgumentException().isThrownBy(() -> file.part(""));
    for (String pattern : new String[] {"", "a/b*", "/x*", "../*"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Source.glob(directory, pattern))
          .withMessage("pattern must be of names in the folder, was '%s'".formatted(pattern));
    }
    RawLayout layout = RawLayout.of(ElementType.UINT8);
    assertThatIllegalArgumentException().isThrownBy(() -> layout.skipBytes(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> layout.recordCount(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> RawLayout.of(ElementType.UINT8, 2, 0));
    assertThat(Formats.open(file.raw(layout.recordCount(0))).recordCount()).isZero();
  }
}

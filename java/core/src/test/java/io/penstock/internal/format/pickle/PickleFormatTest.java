package io.penstock.internal.format.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Elements;
import io.penstock.format.Formats;
import io.penstock.format.Hostile;
import io.penstock.format.NpyFiles;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles written by hand: what is found in them, what it is called, and what is refused. */
class PickleFormatTest {
  private static final byte[] SIX = {1, 2, 3, 4, 5, 6};

  @TempDir Path directory;

  private Path write(byte[] pickle) {
    return NpyFiles.write(directory, "a.pkl", pickle);
  }

  private static Source part(Path file, String part) {
    return Source.parse(Path.of(file + "#" + part));
  }

  private static void assertRefused(Path path, String reason) {
    assertRefused(Source.of(path), reason);
  }

  private static void assertRefused(Source source, String reason) {
    assertThatThrownBy(() -> Formats.open(source))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void anArrayIsReadInPlace() {
    Pickles pickle = Pickles.protocol(4).array(SIX, 3, 2);
    ArrayLayout layout = Formats.open(write(pickle.stop()));
    assertThat(layout.format()).isEqualTo("pickle");
    assertThat(layout.part()).isEmpty();
    assertThat(layout.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(layout.elementType().descr()).isEqualTo("|u1");
    assertThat(layout.dataOffset()).isEqualTo(pickle.size() - 3 - 6);
    assertThat(layout.isContiguous()).isTrue();
  }

  @Test
  void twentyGibibytesAreJumpedOver() throws IOException {
    long records = 20L << 30;
    byte[] start =
        Pickles.protocol(4)
            .text("}(")
            .string("x")
            .reconstruct()
            .text("(K\1")
            .shape(records / 4096, 4096)
            .dtype("|", "u1", -1)
            .raw(0x89, 0x8e)
            .number(8, records)
            .open();
    Path path = directory.resolve("large.pkl");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(start);
      file.seek(start.length + records);
      file.write(Pickles.old().text("tb").string("y").array(SIX, 6).text("u").stop());
    }
    long allocated = Hostile.allocatedBytes(() -> Formats.parts(path));
    assertThat(allocated).isLessThan(8 << 20);
    assertThat(Formats.open(part(path, "x")).recordCount()).isEqualTo(records / 4096);
    assertThat(Formats.open(part(path, "x")).dataOffset()).isEqualTo(start.length);
    assertThat(Formats.open(part(path, "y")).dataOffset()).isGreaterThan(20L << 30);
  }

  @Test
  void aLongListIsOneColumnOfFewRuns() {
    int count = 100_000;
    Pickles pickle = Pickles.protocol(4).text("](").dtype("|", "u1", -1).raw(0x94).text("0");
    for (int i = 0; i < count; i++) {
      pickle.reconstruct().text("(K\1").shape(2, 3).text("h\0").raw(0x89).text("C\6");
      pickle.number(6, i).text("tb");
    }
    Path path = write(pickle.text("e").stop());
    ArrayLayout layout = Formats.open(path);
    assertThat(layout.part()).isEqualTo("[]");
    assertThat(layout.shape()).isEqualTo(Shape.of(count, 2, 3));
    assertThat(layout.runs()).hasSize(1);
    assertThat(layout.shards()).hasSize(1);
    assertThat(Formats.parts(path)).hasSize(1);
    long second = layout.dataOffset() + 70_000 * layout.runs().getFirst().strideBytes();
    assertThat(Formats.open(part(path, "[70000]")).dataOffset()).isEqualTo(second);
    assertRefused(part(path, "[100000]"), "found none of this name, but '[]'");
  }

  @Test
  void numbersOfNumpyInListsTakeNoRoom() {
    Pickles pickle = Pickles.protocol(4).text("}(").string("x").array(SIX, 3, 2);
    pickle.global("numpy._core.multiarray", "scalar").raw(0x94).text("0");
    pickle.dtype("<", "f8", -1).raw(0x94).text("0");
    String thousand = "(" + "h\0h\1C\10numbers.\u0086R\u0094".repeat(1000) + "e";
    pickle.string("losses").text("]").repeat(thousand, 400); // As Python does, so many at a time.
    Path path = write(pickle.text("u").stop());
    assertThat(Formats.open(path).part()).isEqualTo("x");
    assertThat(Formats.parts(path)).hasSize(1);
  }

  @Test
  void severalArraysNeedNames() {
    Path path =
        write(
            Pickles.protocol(4)
                .text("}(")
                .string("x")
                .array(SIX, 6)
                .string("y")
                .array(SIX, 2, 3)
                .text("u")
                .stop());
    assertRefused(path, "expected one array, found 2: 'x', 'y': name one as a.pkl#NAME");
    assertThat(Formats.open(part(path, "y")).shape()).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void picklesWithoutArraysAreRefused() {
    assertRefused(write(Pickles.protocol(2).text("N").stop()), "expected one array, found none");
    assertRefused(write(Pickles.old().text("(dp0\n").stop()), "expected one array, found none");
  }

  @Test
  void whatAPickleNamesIsNeverRun() throws IOException {
    Path owned = directory.resolve("owned");
    Path path =
        write(
            Pickles.protocol(4)
                .text("](")
                .global("os", "system")
                .string("touch " + owned)
                .raw(0x85)
                .text("R")
                .global("builtins", "exec")
                .string("open('" + owned + "', 'w')")
                .raw(0x85)
                .text("R")
                .text("ios\nsystem\n")
                .array(SIX, 6)
                .text("e")
                .text("(cos\nsystem\nS'touch " + owned + "'\no0")
                .stop());
    assertRefused(path, "not a valid pickle");
    path =
        write(
            Pickles.protocol(4)
                .text("](")
                .global("os", "system")
                .string("touch " + owned)
                .raw(0x85)
                .text("R")
                .text("(S'touch " + owned + "'\nios\nsystem\n")
                .text("(cos\nsystem\nS'touch " + owned + "'\no")
                .array(SIX, 6)
                .text("e")
                .stop());
    assertThat(Formats.parts(path)).extracting(Part::name).containsExactly("[3]");
    assertThat(Files.exists(owned)).isFalse();
  }

  @Test
  void arraysThatAreNotRawBytesSayWhatToDo() {
    Path path =
        write(
            Pickles.old()
                .text("}(S'a b'\ncnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\nt")
                .text("S'b'\ntR(I1\n(I2\ntcnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\n")
                .text("I-1\nI0\ntbI00\nS'\\x01a'\ntbu")
                .stop());
    assertRefused(part(path, "a b"), "'a b': expected elements as raw bytes, found text with");
    assertRefused(path, "penstock convert");
  }

  @Test
  void arraysWhosePayloadIsNotWhatTheirShapeSaysAreRefused() {
    for (long[] shape :
        List.of(
            new long[] {7},
            new long[] {5},
            new long[] {6, 0},
            new long[] {1L << 62, 4},
            new long[] {Long.MAX_VALUE, Long.MAX_VALUE})) {
      Path path = write(Pickles.protocol(4).array(SIX, shape).stop());
      assertRefused(path, "expected as many bytes as its shape and dtype say");
    }
    for (long[] shape : List.of(new long[] {-6}, new long[] {-2, -3}, new long[65])) {
      Path path = write(Pickles.protocol(4).array(SIX, shape).stop());
      assertRefused(path, "expected an array as NumPy pickles it");
    }
    Path path = write(Pickles.protocol(4).array(new byte[0], 3, 0).stop());
    assertRefused(path, "expected records of at least 1 byte");
  }

  @ParameterizedTest
  @ValueSource(strings = {"f3", "", "x", "f", "V-5", "U-4", "V99999999999", "i8[s]", "spam"})
  void typesThatAreNotKnownAreRefusedByName(String code) {
    Path path =
        write(
            Pickles.protocol(4)
                .text("](")
                .array(SIX, 6)
                .reconstruct()
                .text("(K\1")
                .shape(6)
                .dtype("|", code, -5)
                .raw(0x89)
                .text("C\6abcdeftbe")
                .stop());
    assertThat(Formats.open(part(path, "[0]")).recordCount()).isEqualTo(6);
    assertRefused(part(path, "[1]"), "which is not known here");
  }

  @Test
  void joblibsArraysLieBetweenOpcodes() {
    Pickles pickle = Pickles.protocol(4).text("](").joblib(true, 2, 3).raw(3, 255, 255, 255);
    pickle.raw(SIX).joblib(false, 6).raw(SIX).text("e");
    Path path = write(pickle.stop());
    assertThat(Formats.open(part(path, "[0]")).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(Elements.digest(Formats.open(part(path, "[0]"))))
        .isEqualTo(Elements.digest(Formats.open(part(path, "[1]"))));
  }

  @Test
  void joblibsArraysBeyondTheFileAreRefused() {
    for (long[] shape : List.of(new long[] {99}, new long[] {1L << 62}, new long[] {1L << 62, 9})) {
      assertRefused(
          write(Pickles.protocol(4).joblib(false, shape).raw(SIX).stop()), "not a valid pickle");
    }
    assertRefused(
        write(Pickles.protocol(4).joblib(true, 6).raw(200).raw(SIX).stop()), "not a valid pickle");
  }

  @Test
  void aSecondPickleThatIsCutShortIsRefused() {
    byte[] pickle = Pickles.protocol(4).array(SIX, 6).stop();
    Path path = write(NpyFiles.join(pickle, pickle, new byte[] {7, 7}));
    assertThat(Formats.open(part(path, "[1]")).recordCount()).isEqualTo(6);
    assertThat(Formats.open(part(path, "[]")).shape()).isEqualTo(Shape.of(2, 6));
    write(NpyFiles.join(pickle, java.util.Arrays.copyOf(pickle, pickle.length - 4)));
    assertRefused(path, "not a valid pickle at byte");
  }

  @Test
  void newerProtocolsAreRefused() {
    assertRefused(write(Pickles.protocol(4).raw(0x80, 6).text("N").stop()), "protocol 0 to 5");
  }
}

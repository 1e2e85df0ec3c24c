package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.PythonLiteral;
import io.penstock.internal.format.npy.NpyFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are damaged, or made to do harm: either they describe an array that is in the file, or
 * there is a PenstockException. Nothing else is thrown, and no header takes more than linear time.
 */
class HostileNpyTest {
  private static final int DATA_BYTES = 3 * 2 * 8;

  @TempDir Path directory;

  @AfterAll
  static void sayHowLongTheSlowestTook() {
    Hostile.printSlowest();
  }

  private static byte[] valid(int version) {
    String dictionary = NpyFiles.dictionary("'<M8[ns]'", "False", "(3, 2)");
    return NpyFiles.join(NpyFiles.header(version, dictionary), new byte[DATA_BYTES]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyPrefixIsRefused(int version) {
    byte[] file = valid(version);
    for (int length = 0; length < file.length; length++) {
      Path path = NpyFiles.write(directory, Arrays.copyOf(file, length));
      assertThatThrownBy(() -> Formats.open(path))
          .as("the first %d bytes", length)
          .isInstanceOf(PenstockException.class);
    }
    assertThat(Formats.open(NpyFiles.write(directory, file)).recordCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void flippedBitsAreReadConsistentlyOrRefused(int version) {
    byte[] file = valid(version);
    int headerBytes = file.length - DATA_BYTES;
    for (int bit = 0; bit < headerBytes * 8; bit++) {
      byte[] damaged = file.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertSoundOrRefused(damaged);
    }
  }

  @Test
  void changedBytesAreReadConsistentlyOrRefused() {
    SplittableRandom random = new SplittableRandom(5);
    String characters = "{}[]()'\",:\\-0123456789L<>|=fiuOVSUM eTrueFals\n\0\u00ff";
    for (int i = 0; i < 3_000; i++) {
      byte[] file = valid(1 + i % 3);
      for (int change = random.nextInt(1, 5); change > 0; change--) {
        int place = random.nextInt(6, file.length - DATA_BYTES);
        file[place] = (byte) characters.charAt(random.nextInt(characters.length()));
      }
      assertSoundOrRefused(file);
    }
  }

  private void assertSoundOrRefused(byte[] file) {
    Path path = NpyFiles.write(directory, file);
    ArrayLayout layout;
    try {
      layout = Formats.open(path);
    } catch (PenstockException e) {
      assertThat(e.getMessage()).startsWith(path + ": ").doesNotContain("\n");
      return;
    }
    long elements = layout.shape().elementCount();
    assertThat(layout.recordBytes()).isPositive();
    assertThat(elements * layout.elementType().sizeBytes()).isEqualTo(layout.dataBytes());
    assertThat(layout.dataOffset() + layout.dataBytes()).isLessThanOrEqualTo(file.length);
  }

  @Test
  void bracketsNestAtMost32Deep() {
    assertRefused("(".repeat(1_000_000), "expected at most 32 levels of brackets");
    assertRefused("[".repeat(32) + "]".repeat(32), "expected fields of (name, dtype)");
    assertRefused("[".repeat(33) + "]".repeat(33), "expected at most 32 levels of brackets");
    assertRefused("([".repeat(500_000), "expected at most 32 levels of brackets");
  }

  /** A step that took time in proportion to what lies before it would need hours for these. */
  @Test
  void headersOfFullLengthAreParsedInOnePass() {
    int length = NpyFormat.MAX_HEADER_BYTES - 100;
    assertRefused("[" + repeat("1,", length) + "]", "expected fields of (name, dtype)");
    assertRefused("[" + repeat("'',", length) + "]", "expected fields of (name, dtype)");
    assertRefused("[" + repeat("[],", length) + "]", "expected fields of (name, dtype)");
    assertRefused("[" + repeat("((((1)))),", length) + "]", "expected fields of (name, dtype)");
    assertRefused(repeat("9", length), "fits 64 bits");
    assertRefused("-" + repeat("0", length), "a decimal number");
    assertRefused("'" + repeat("x", length) + "'", "expected a dtype of fixed size");
    assertRefused("'" + repeat("\\x41", length) + "'", "expected a dtype of fixed size");
    assertRefused("'" + repeat("O", length) + "'", "expected a dtype of fixed size");
    assertRefused("'" + repeat("\\'", length), "expected , or }");
    assertRefused(repeat(" ", length), "expected a string");
    assertRefused("'<f4'" + repeat(" ", length) + "x", "expected , or }");
    assertRefused("'<f4', 'shape': (" + repeat("1,", length - 30) + ")", "'shape' twice");
    assertRefused("'<f4', " + distinctKeys(length / 16), "expected the keys");
  }

  private static String repeat(String text, int length) {
    return text.repeat(length / text.length());
  }

  private static String distinctKeys(int count) {
    StringBuilder keys = new StringBuilder();
    // Strings of "Aa" and "BB" share one hash code, which a map must survive.
    IntFunction<String> key =
        number -> {
          StringBuilder text = new StringBuilder();
          for (int bit = 0; bit < 17; bit++) {
            text.append((number >> bit & 1) == 0 ? "Aa" : "BB");
          }
          return text.toString();
        };
    for (int i = 0; keys.length() < count * 16 - 50; i++) {
      keys.append('\'').append(key.apply(i)).append("':1,");
    }
    return keys.substring(0, keys.length() - 1);
  }

  @Test
  void aShapeOfManyAxesIsRefusedInFewWords() {
    String dictionary =
        "{'descr': '<f4', 'fortran_order': True, 'shape': (" + "7,".repeat(500_000) + ")}";
    Path path = NpyFiles.write(directory, NpyFiles.header(2, dictionary));
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("at most 64 axes, found 500000")
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(500));
  }

  @Test
  void literalsWithoutAFileAreParsedWithinTheirBounds() throws Exception {
    Map<String, PythonLiteral.Value> entries =
        PythonLiteral.dictionary("{'a': ('x', [1, -2L, (3)], ()), \"b'\": False}", true);
    assertThat(entries).containsOnlyKeys("a", "b'");
    assertThat(entries.get("a"))
        .hasToString(
            "Sequence[isTuple=true, items=[Str[value=x], Sequence[isTuple=false, items="
                + "[Int[value=1], Int[value=-2], Int[value=3]]], Sequence[isTuple=true,"
                + " items=[]]]]");
    assertThat(PythonLiteral.dictionary("{'\\U0001F600\\n\\'': True}", false))
        .containsOnlyKeys("\ud83d\ude00\n'");
  }

  private void assertRefused(String descr, String reason) {
    byte[] text = NpyFiles.dictionary(descr, "False", "(1,)").getBytes(StandardCharsets.ISO_8859_1);
    Path path = NpyFiles.write(directory, NpyFiles.header(2, text.length, text));
    long start = System.nanoTime();
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(reason)
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(600));
    Hostile.took(start, "a header, refused as it should: " + reason);
  }
}

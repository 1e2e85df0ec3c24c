package io.penstock.internal.format.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Hostile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pickles that are damaged, or made to do harm: either they describe arrays that are in the file,
 * or there is a PenstockException; in time that grows with the file only, and little memory.
 */
class HostilePickleTest {
  private static final Path FILES = Path.of("src/test/resources/io/penstock/format/numpy1");
  private static final byte[] SIX = {1, 2, 3, 4, 5, 6};

  /** What is allocated; what is held at one time is less. */
  private static final long WITHIN_BYTES = 160 << 20;

  @TempDir Path directory;

  @AfterAll
  static void sayHowLongTheSlowestTook() {
    Hostile.printSlowest();
  }

  private Path write(byte[] pickle) {
    return Hostile.write(directory.resolve("a.pkl"), pickle, pickle.length);
  }

  private void assertRefused(byte[] pickle, String reason) {
    Hostile.assertRefusedWithin(write(pickle), WITHIN_BYTES, reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alone3.pkl", "alone5.pkl", "tuple.pkl", "python2_0.pkl", "array.joblib"})
  void everyPrefixIsRefused(String name) throws IOException {
    byte[] file = Files.readAllBytes(FILES.resolve(name));
    if (file.length < 3_000) {
      Hostile.assertPrefixesRefused(directory.resolve("cut.pkl"), file);
    } else {
      for (int length = 0; length < file.length; length += 1 + length / 300) {
        Path path = Hostile.write(directory.resolve("cut.pkl"), file, length);
        assertThatThrownBy(() -> Formats.parts(path)).isInstanceOf(PenstockException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"alone3.pkl", "alone5.pkl", "tuple.pkl", "kinds0.pkl"})
  void flippedBitsAreReadConsistentlyOrRefused(String name) throws IOException {
    byte[] file = Files.readAllBytes(FILES.resolve(name));
    Hostile.assertFlipsSound(directory.resolve("flip.pkl"), file);
  }

  @Test
  void changedBytesAreReadConsistentlyOrRefused() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name :
        List.of(
            "alone4.pkl",
            "kinds2.pkl",
            "deep.pkl",
            "objects5.pkl",
            "python2_2.pkl",
            "list.pkl",
            "array.joblib",
            "kinds4.joblib",
            "kinds5.pkl",
            "several.pkl")) {
      files.add(Files.readAllBytes(FILES.resolve(name)));
    }
    Hostile.assertChangesSound(directory.resolve("changed.pkl"), files, 4_000, 17);
  }

  @Test
  void everyOpcodeOnAnEmptyStackAndOnAnyValueIsSoundOrRefused() {
    List<byte[]> values =
        List.of(
            new byte[0],
            "N".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            Pickles.old().text("K\1").open(),
            Pickles.old().text("]").open(),
            Pickles.old().text("}").open(),
            Pickles.old().text("(").open(),
            Pickles.old().text("((").open(),
            Pickles.old().text(")").open(),
            Pickles.old().text("K\1\u0085").open(),
            Pickles.old().string("x").open(),
            Pickles.old().global("numpy", "dtype").open(),
            Pickles.old().dtype("<", "f8", -1).open(),
            Pickles.old().reconstruct().open(),
            Pickles.old().array(SIX, 6).open());
    List<byte[]> seconds =
        List.of(new byte[0], Pickles.old().text(")").open(), Pickles.old().text("N}").open());
    for (byte[] first : values) {
      for (byte[] second : seconds) {
        for (int opcode = 0; opcode < 256; opcode++) {
          Pickles pickle = Pickles.protocol(4).raw(first).raw(second).raw(opcode);
          Hostile.isSound(write(pickle.raw(0, 0, 0, 0, 0, 0, 0, 0).stop()));
        }
      }
      for (int opcode = 0; opcode < 256; opcode++) {
        Hostile.isSound(write(Pickles.protocol(4).raw(first).raw(opcode).stop()));
      }
    }
  }

  @Test
  void lengthsBeyondTheFileAreRefusedWithoutBelievingThem() {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 100}) {
      for (int opcode : new int[] {0x8d, 0x8e, 0x96}) {
        assertRefused(Pickles.protocol(4).raw(opcode).number(8, length).stop(), "bytes from byte");
      }
      assertRefused(Pickles.protocol(4).raw(0x95).number(8, length).text("N").stop(), "a frame");
    }
    for (long length : new long[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 100}) {
      for (char opcode : new char[] {'X', 'B', 'T', 0x8b}) {
        assertRefused(Pickles.protocol(2).raw(opcode).number(4, length).stop(), "bytes from byte");
      }
    }
  }

  @Test
  void stacksAreLimited() {
    assertRefused(Pickles.protocol(2).repeat("(", 5_000_000).stop(), "MiB of values at once");
    assertRefused(Pickles.protocol(2).repeat("N", 5_000_000).stop(), "MiB of values at once");
    assertRefused(Pickles.protocol(2).repeat("]", 2_000_000).stop(), "MiB of values at once");
    assertRefused(
        Pickles.protocol(2).repeat("K\1\u0085", 2_000_000).stop(), "MiB of values at once");
    assertRefused(Pickles.protocol(2).repeat("U\1x", 2_000_000).stop(), "MiB of values at once");
  }

  @Test
  void memosAreLimited() {
    Pickles dense = Pickles.protocol(4).text("]");
    for (int i = 0; i < 1_100_000; i++) {
      dense.raw('j').number(4, i);
    }
    assertRefused(dense.stop(), "memo entries to remember");
    Pickles sparse = Pickles.protocol(4).text("]");
    for (int i = 0; i < 200_000; i++) {
      sparse.raw('r').number(4, i * 21_474L).raw('j').number(4, i * 21_474L).text("0");
    }
    assertRefused(sparse.stop(), "expected one array, found none");
    assertRefused(Pickles.protocol(4).text("]").repeat("\u0094", 3_000_000).stop(), "found none");
    assertRefused(Pickles.protocol(4).text("]r\u00ff\u00ff\u00ff\u00ffh\1").stop(), "no");
    assertRefused(Pickles.old().text("(lp99999999999999\ng99999999999999\n").stop(), "memo entry");
    assertRefused(Pickles.old().text("(lp-1\ng-1\n").stop(), "memo entry");
  }

  /** With a known factor in place of a key they all meet: half a minute, where this takes none. */
  @Test
  void memoNumbersThatAreMadeToMeetInOnePlaceTakeNoLonger() {
    // Every 16384th number on average is mixed to one of 32 places of 2^19, and from one to the
    // next it is one of three steps, as multiples of one number wind around a circle.
    TreeSet<Long> steps = new TreeSet<>();
    long last = 0;
    for (long number = 1; number < 4_000_000; number++) {
      if (isMixedToTheFirstPlaces(number)) {
        steps.add(number - last);
        last = number;
      }
    }
    assertThat(steps).hasSizeLessThanOrEqualTo(3);
    Pickles asked = Pickles.protocol(4).text("]");
    long number = 0;
    for (int i = 0; i < 250_000; i++) {
      asked.raw('j').number(4, number);
      long from = number;
      number +=
          steps.stream().filter(s -> isMixedToTheFirstPlaces(from + s)).findFirst().orElseThrow();
    }
    assertThat(number).isLessThan(1L << 32);
    assertRefused(asked.stop(), "memo entry");
  }

  private static boolean isMixedToTheFirstPlaces(long number) {
    return (((number * 0x9e3779b97f4a7c15L) >>> 40) & ((1 << 19) - 1)) < 32;
  }

  /** A few bytes that name a long list again make as much work as the list is long. */
  @Test
  void longListsThatAreNamedAgainAndAgainAreCounted() {
    Pickles arguments = Pickles.protocol(2).text("(").repeat("N", 200_000).text("tq\0");
    arguments.global("module", "function").text("q\1").repeat("h\1h\0R0", 2_000);
    assertRefused(arguments.stop(), "opcodes");
    Pickles fields = Pickles.protocol(2).text("U\1xq\0(").repeat("h\0", 60_000).text("tq\1");
    fields.text("(K\3U\1|Nh\1}K\u0008K\1K\0tq\2").global("numpy", "dtype");
    fields.text("U\2V8K\0K\1").raw(0x87).text("R").repeat("h\2b", 1_000);
    assertRefused(fields.stop(), "opcodes");
  }

  @Test
  void nestingIsLimited() {
    assertRefused(
        Pickles.protocol(2).text("N").repeat("\u0085", 1_000_000).stop(), "levels of tuples");
    assertRefused(
        Pickles.protocol(2).text("N").repeat("2\u0086", 60).stop(), "MiB of values at once");
    Pickles lists = Pickles.protocol(2).repeat("]", 200).array(SIX, 6).repeat("a", 200);
    assertRefused(lists.stop(), "levels of lists and dictionaries");
    assertRefused(Pickles.protocol(2).text("](").repeat("](", 900_000).stop(), "MiB of values");
  }

  @Test
  void listsInThemselvesHaveFewWays() {
    Path path = write(Pickles.protocol(4).text("]\u0094h\0a").array(SIX, 6).text("a").stop());
    assertThat(Formats.parts(path)).extracting(Part::name).containsExactly("[1]");
  }

  /** Each list holds the one before ten times: a billion ways to one array. */
  @Test
  void listsOfListsOfListsAreNotFollowedForEver() {
    Pickles pickle = Pickles.protocol(4).array(SIX, 6).raw(0x94);
    for (int level = 0; level < 12; level++) {
      pickle.text("](").repeat("h" + (char) level, 10).text("e").raw(0x94);
    }
    assertRefused(pickle.stop(), "ways to arrays");
  }

  /** Each type has the one before as two of its fields. */
  @Test
  void typesOfTypesOfTypesAreRefused() {
    Pickles pickle = Pickles.protocol(4).dtype("|", "u1", -1).raw(0x94);
    for (int level = 0; level < 40; level++) {
      pickle.global("numpy", "dtype").string("V2").raw(0x89, 0x88, 0x87).text("R(K\3");
      pickle.string("|").text("N").string("a").string("b").raw(0x86).text("}(");
      pickle.string("a").text("h" + (char) level).text("K\0\u0086");
      pickle.string("b").text("h" + (char) level).text("K\0\u0086u");
      pickle.text("K\1K\1K\0tb").raw(0x94);
    }
    Path path = write(pickle.stop());
    Hostile.assertRefusedWithin(path, WITHIN_BYTES, "found none");
  }

  @Test
  void linesWithoutAnEndAreRefused() {
    assertRefused(Pickles.old().text("(S'").repeat("x", 1_100_000).stop(), "penstock convert");
    assertRefused(Pickles.old().text("(V").repeat("x", 1_000).stop(), "found the end of the file");
    assertRefused(Pickles.old().text("c").repeat("x", 1_100_000).stop(), "text in a line");
  }

  @Test
  void namesOfAnyLengthAndKindAreShownInPrint() {
    Pickles pickle = Pickles.protocol(4).text("}(");
    pickle.text("X").number(4, 5_000).repeat("k", 5_000).array(SIX, 6);
    pickle.string("\u001b[31m\u202e\n").array(SIX, 6);
    pickle.text("U\3\u00ff\u00fe\u00e9").array(SIX, 6);
    pickle.text("G").repeat("\0", 8).array(SIX, 6);
    Path path = write(pickle.text("u").stop());
    assertThat(Formats.parts(path))
        .extracting(Part::name)
        .containsExactly("{0}", "\\u001b[31m\\u202e\\u000a", "\u00ff\u00fe\u00e9", "{3}");
  }
}

package io.penstock.internal.format.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Hostile;
import io.penstock.format.Source;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One name means one array, whoever asks; and many names are no reason to show none. */
class PickleNamesTest {
  private static final String LISTED = "the first 65536 arrays and fields are listed";

  @TempDir Path directory;

  private Path write(Pickles pickle) {
    byte[] bytes = pickle.stop();
    return Hostile.write(directory.resolve("x.pkl"), bytes, bytes.length);
  }

  private static Source part(Path file, String name) {
    return Source.parse(Path.of(file + "#" + name));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** An object of a class of somebody, with nothing in it yet. */
  private static Pickles object() {
    return Pickles.protocol(4).global("they", "Thing").text(")\u0081");
  }

  @Test
  void aKeyThatIsSetTwiceHasTheLastValue() {
    Pickles pickle = Pickles.protocol(4).text("}");
    pickle.string("k").array(bytes(1, 2, 3), 3).text("s");
    pickle.string("k").array(bytes(1, 2), 2).text("s");
    Path path = write(pickle);
    assertThat(Formats.parts(path)).hasSize(1);
    assertThat(Formats.parts(path).getFirst().layout()).isEqualTo(Formats.open(part(path, "k")));
    assertThat(Formats.open(part(path, "k")).recordCount()).isEqualTo(2);
  }

  @Test
  void keysThatAreSetTwiceInTheItemsOfAListHaveTheLastValue() {
    Pickles pickle = Pickles.protocol(4).text("](");
    for (int i = 0; i < 40; i++) {
      pickle.text("}");
      pickle.string("k").array(bytes(1, 2, 3), 3).text("s");
      pickle.string("k").array(bytes(i, 5), 2).text("s");
    }
    Path path = write(pickle.text("e"));
    ArrayLayout listed = Formats.parts(path).getFirst().layout();
    assertThat(listed.shape()).isEqualTo(Shape.of(40, 2));
    assertThat(Formats.open(part(path, "[].k"))).isEqualTo(listed);
    assertThat(Formats.open(part(path, "[39].k")).recordCount()).isEqualTo(2);
  }

  @Test
  void itemsAndAttributesOfOneNameAreTold() {
    Pickles pickle = object().string("x").array(bytes(1, 2, 3), 3).text("s");
    pickle.text("}").string("x").array(bytes(4, 5), 2).text("sb");
    Path path = write(pickle);
    assertThat(Formats.parts(path)).extracting(Part::name).containsExactly("x", "x~2");
    for (Part listed : Formats.parts(path)) {
      assertThat(Formats.open(part(path, listed.name()))).isEqualTo(listed.layout());
    }
  }

  @Test
  void anObjectMayBeItsOwnAttributes() {
    Pickles pickle = object().raw(0x94).string("x").array(bytes(1, 2, 3), 3).text("s");
    Path path = write(pickle.text("h\0b"));
    assertThat(Formats.parts(path)).extracting(Part::name).containsExactly("x");
    assertThat(Formats.open(path).recordCount()).isEqualTo(3);
  }

  @Test
  void objectsMayBeTheAttributesOfEachOther() {
    Pickles pickle = object().raw(0x94).string("x").array(bytes(1, 2, 3), 3).text("s");
    pickle.global("they", "Thing").text(")\u0081").raw(0x94);
    // The second has the first as its attributes, and then the first the second.
    Path path = write(pickle.text("h\0b").text("\u0086").text("h\0h\1b0"));
    assertThat(Formats.parts(path)).isNotEmpty();
    for (Part listed : Formats.parts(path)) {
      assertThat(Formats.open(part(path, listed.name()))).isEqualTo(listed.layout());
    }
  }

  @Test
  void ofVeryManyArraysTheFirstAreListedAndAllAreFound() {
    Pickles pickle = Pickles.protocol(4).text("}(");
    // The dtype is written once, and then referred to.
    pickle.string("0").reconstruct().text("(K\1").shape(1).dtype("|", "u1", -1).raw(0x94);
    pickle.raw(0x89).text("C\1").raw(0).text("tb");
    for (int i = 1; i < 66_000; i++) {
      pickle.string(Integer.toString(i)).reconstruct().text("(K\1").shape(1).text("h\0");
      pickle.raw(0x89).text("C\1").raw(i & 0xff).text("tb");
    }
    Path path = write(pickle.text("u"));
    List<Part> parts = Formats.parts(path);
    assertThat(parts).hasSize(65_537);
    assertThat(parts.getFirst().name()).isEqualTo("0");
    assertThat(parts.getLast().problem().orElseThrow())
        .isEqualTo(path + ": " + LISTED + ", 464 more arrays are not: name one as x.pkl#NAME");
    assertThat(Formats.open(part(path, "65999")).recordCount()).isEqualTo(1);
    assertThatThrownBy(() -> Formats.open(part(path, "66000")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a part '66000'");
  }
}

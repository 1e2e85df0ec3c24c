package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.NpyFiles;
import io.penstock.format.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FILE#PART: which part of a path is the file, and what is said when there is no such part. */
class PartPathTest {
  @TempDir Path directory;

  @Test
  void theFirstFileThatIsThereIsTheFile() throws IOException {
    Path file = Files.createFile(directory.resolve("a.npz"));
    assertThat(PartPath.of(file)).isEqualTo(new PartPath(file, ""));
    assertThat(PartPath.of(directory.resolve("a.npz#x"))).isEqualTo(new PartPath(file, "x"));
    assertThat(PartPath.of(directory.resolve("a.npz#x#y/z")))
        .isEqualTo(new PartPath(file, "x#y/z"));
    assertThat(PartPath.of(directory.resolve("a.npz#"))).isEqualTo(new PartPath(file, ""));
  }

  @Test
  void filesAndDirectoriesMayHaveTheSignInTheirNames() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("set#1"));
    Files.createDirectory(directory.resolve("set"));
    Path file = Files.createFile(folder.resolve("a#b.npz"));
    assertThat(PartPath.of(file)).isEqualTo(new PartPath(file, ""));
    assertThat(PartPath.of(folder.resolve("a#b.npz#x"))).isEqualTo(new PartPath(file, "x"));
    Files.createFile(folder.resolve("a"));
    assertThat(PartPath.of(file)).isEqualTo(new PartPath(file, ""));
  }

  @Test
  void withoutAnyFileTheFirstSignParts() {
    Path none = directory.resolve("none.npz");
    assertThat(PartPath.of(directory.resolve("none.npz#a#b"))).isEqualTo(new PartPath(none, "a#b"));
    assertThatThrownBy(() -> Formats.open(Source.parse(directory.resolve("none.npz#a"))))
        .isInstanceOf(PenstockException.class)
        .hasMessage(none + ": expected a file, found none: check the path");
  }

  @Test
  void columnsAreNamedAfterPartsOrFiles() {
    assertThat(Source.parse(Path.of("/data/x.train.npy")).columnName()).isEqualTo("x.train");
    assertThat(Source.parse(Path.of("/data/x.pkl#images.raw")).columnName())
        .isEqualTo("images.raw");
    assertThat(Source.parse(Path.of(".hidden")).columnName()).isEqualTo(".hidden");
    assertThat(Source.parse(Path.of("/")).columnName()).isEqualTo("/");
  }

  @Test
  void fieldsAreParts() {
    String descr = "[('a', '<f4'), ('b', [('c', '|u1', (2,)), ('', '|V3')])]";
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary(descr, "False", "(3,)"));
    Path file = NpyFiles.write(directory, NpyFiles.join(header, new byte[27]));
    assertThat(Formats.parts(file)).extracting(Part::name).containsExactly("", "a", "b.c");
    assertThat(Formats.parts(file)).extracting(Part::isField).containsExactly(false, true, true);
    ArrayLayout layout = Formats.open(Source.parse(directory.resolve("x.npy#b.c")));
    assertThat(layout.dataOffset()).isEqualTo(header.length + 4);
    assertThat(layout.runs().getFirst().strideBytes()).isEqualTo(9);
    assertThat(layout.recordShape()).isEqualTo(Shape.of(2));
    assertThat(layout.shards()).containsExactly(Shard.of(file, header.length + 4, 3, 9));
    assertThat(layout.isWhole()).isTrue();
    assertThat(layout.isContiguous()).isFalse();
    assertThat(Formats.open(file).isContiguous()).isTrue();
  }

  @Test
  void aPartThatIsNotThereIsToldWithThoseThatAre() {
    byte[] header =
        NpyFiles.header(1, NpyFiles.dictionary("[('a', '<f4'), ('b', '<f4')]", "False", "(0,)"));
    NpyFiles.write(directory, header);
    assertThatThrownBy(() -> Formats.open(Source.parse(directory.resolve("x.npy#c"))))
        .isInstanceOf(PenstockException.class)
        .hasMessage(
            directory.resolve("x.npy")
                + ": expected a part 'c', found none of this name, but the array itself, 'a',"
                + " 'b': check the name");
  }

  @Test
  void namesThatLookAlikeAreNumbered() {
    String descr = "[('a.b', '|u1'), ('a', [('b', '|i1')]), ('a.b~2', '|S1')]";
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary(descr, "False", "(1,)"));
    Path file = NpyFiles.write(directory, NpyFiles.join(header, new byte[3]));
    assertThat(Formats.parts(file))
        .extracting(Part::name)
        .containsExactly("", "a.b", "a.b~2", "a.b~2~2");
  }
}

package io.penstock.internal.format.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.format.tfrecord.TfRecords;
import io.penstock.options.Shuffle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines as users see them. */
class LinesFormatTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Source lines(Path path) {
    return Source.parse(path.resolveSibling(path.getFileName() + "#lines"));
  }

  private static List<String> read(Source... sources) {
    List<String> all = new ArrayList<>();
    try (Dataset dataset = Dataset.builder().column("line", sources).open();
        Loader loader = dataset.loader().batchSize(3).shuffle(Shuffle.NONE).build()) {
      for (Batch batch : loader.epoch(0)) {
        byte[] values = batch.column("line").toArray(ValueLayout.JAVA_BYTE);
        long[] offsets = batch.offsets("line").toArray(ValueLayout.JAVA_LONG);
        for (int i = 0; i < batch.size(); i++) {
          int bytes = (int) (offsets[i + 1] - offsets[i]);
          all.add(new String(values, (int) offsets[i], bytes, StandardCharsets.UTF_8));
        }
      }
    }
    return all;
  }

  @Test
  void theLinesOfAnyTextAreRecords() throws IOException {
    assertThat(read(lines(write("x.jsonl", "{\"a\": 1}\n{\"a\": 2}\n"))))
        .containsExactly("{\"a\": 1}", "{\"a\": 2}");
    assertThat(read(lines(write("x.csv", "a,b\r\n1,2\r\n\r\n3,4"))))
        .containsExactly("a,b", "1,2", "", "3,4");
    assertThat(read(lines(write("empty.txt", "")))).isEmpty();
    try (Dataset dataset = Dataset.open(lines(write("y.txt", "one\n")))) {
      assertThat(dataset.columns().getFirst().name()).isEqualTo("lines");
    }
  }

  @Test
  void severalFilesAreShards() throws IOException {
    Path first = write("a.txt", "one\ntwo");
    Path second = write("b.txt", "\ufeffthree\n");
    assertThat(read(lines(first), lines(second))).containsExactly("one", "two", "three");
  }

  @Test
  void textThatBeginsLikeAnotherFormatHasLines() throws IOException {
    assertThat(read(lines(write("x.txt", "(lp0\nsome words\n"))))
        .containsExactly("(lp0", "some words");
    assertThat(read(lines(write("y.txt", "\0\0\0\n\1\n")))).containsExactly("\0\0\0", "\1");
  }

  @Test
  void aFormatWithPartsOfItsOwnHasNoLines() throws IOException {
    byte[] file = TfRecords.file(TfRecords.example(TfRecords.feature("a", TfRecords.bytes("b"))));
    Path path = Files.write(folder.resolve("x.tfrecord"), file);
    assertThatThrownBy(() -> read(lines(path)))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a part 'lines', found none of this name");
    file =
        TfRecords.file(
            TfRecords.example(TfRecords.feature("lines", TfRecords.bytes("a feature\n"))));
    Path other = Files.write(folder.resolve("y.tfrecord"), file);
    assertThat(read(lines(other))).containsExactly("a feature\n");
  }

  @Test
  void textWithoutItsPartIsToldToNameItsLines() throws IOException {
    for (String text : List.of("{\"a\": 1}\n{\"a\": 2}\n", "some words\n", "a,b\n1,2\n")) {
      Path path = write("x.txt", text);
      assertThatThrownBy(() -> Dataset.open(path))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("name its lines")
          .hasMessageContaining("FILE#lines");
    }
  }

  @Test
  void compressedTextIsToldToBeUnpacked() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
    }
    Path path = Files.write(folder.resolve("x.jsonl.gz"), packed.toByteArray());
    assertThatThrownBy(() -> read(lines(path)))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a file with lines, found text")
        .hasMessageContaining(
            "unpack it with 'penstock convert x.jsonl.gz x.jsonl', and name the lines of that");
    assertThatThrownBy(() -> Dataset.open(path))
        .hasMessageContaining("unpack it with 'penstock convert FILE.gz FILE', or with gunzip");
  }
}

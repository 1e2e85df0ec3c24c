package io.penstock.internal.format.tfrecord;

import static io.penstock.internal.format.tfrecord.TfRecords.bytes;
import static io.penstock.internal.format.tfrecord.TfRecords.example;
import static io.penstock.internal.format.tfrecord.TfRecords.feature;
import static io.penstock.internal.format.tfrecord.TfRecords.file;
import static io.penstock.internal.format.tfrecord.TfRecords.floats;
import static io.penstock.internal.format.tfrecord.TfRecords.ints;
import static io.penstock.internal.format.tfrecord.TfRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TFRecord files as users see them: paths, columns, and what is said about what cannot be read. */
class TfRecordFormatTest {
  @TempDir Path folder;

  private Path write(byte[]... records) throws IOException {
    return Files.write(folder.resolve("train.tfrecord"), file(records));
  }

  /** All records of one variable column of bytes, in order. */
  private static List<String> texts(Source source) {
    List<String> all = new ArrayList<>();
    try (Dataset dataset = Dataset.open(source);
        Loader loader = dataset.loader().batchSize(3).shuffle(Shuffle.NONE).build()) {
      String name = dataset.columns().getFirst().name();
      for (Batch batch : loader.epoch(0)) {
        byte[] values = batch.column(name).toArray(ValueLayout.JAVA_BYTE);
        long[] offsets = batch.offsets(name).toArray(ValueLayout.JAVA_LONG);
        for (int i = 0; i < batch.size(); i++) {
          int bytes = (int) (offsets[i + 1] - offsets[i]);
          all.add(new String(values, (int) offsets[i], bytes, StandardCharsets.UTF_8));
        }
      }
    }
    return all;
  }

  @Test
  void theFileIsItsRecords() throws IOException {
    Path path = write(utf8("one"), new byte[0], utf8("three"), utf8("four"));
    assertThat(texts(Source.of(path))).containsExactly("one", "", "three", "four");
    try (Dataset dataset = Dataset.open(path)) {
      assertThat(dataset.columns().getFirst().name()).isEqualTo("train");
    }
  }

  @Test
  void featuresAreColumnsBesideEachOther() throws IOException {
    Path path =
        write(
            example(feature("label", ints(3)), feature("image/x", bytes("a"))),
            example(feature("image/x", bytes("bcd")), feature("label", ints(-5))));
    Source file = Source.of(path);
    assertThat(texts(file.part("image/x"))).containsExactly("a", "bcd");
    try (Dataset dataset = Dataset.open(file.part("image/x"), file.part("label"), file);
        Loader loader = dataset.loader().batchSize(2).shuffle(Shuffle.NONE).build()) {
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.column("label").toArray(ValueLayout.JAVA_LONG)).containsExactly(3, -5);
        assertThat(batch.column("image/x").byteSize()).isEqualTo(4);
      }
    }
  }

  @Test
  void longListsOfIntegersSayWhatToDoAndCanBeReadFromBeginningToEnd() throws IOException {
    Path path =
        write(
            example(feature("tokens", ints(1, 300, -7))),
            example(feature("tokens", ints(0, 70_000, Long.MAX_VALUE))));
    Source tokens = Source.of(path).part("tokens");
    assertThatThrownBy(() -> Formats.open(tokens))
        .isInstanceOf(PenstockException.class)
        .hasMessage(
            path
                + ": 'tokens': expected 1 or 2 integers in each record, found 3, which lie in the"
                + " file in different numbers of bytes: write them out with 'penstock convert"
                + " train.tfrecord#tokens DST.npy', or read the records, train.tfrecord, and decode"
                + " them with TfExample.int64s");
    try (InputStream numbers = Formats.streamed(tokens).orElseThrow().source().open()) {
      ByteBuffer left = ByteBuffer.wrap(numbers.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      List<Long> all = new ArrayList<>();
      while (left.hasRemaining()) {
        all.add(left.getLong());
      }
      assertThat(all).containsExactly(1L, 300L, -7L, 0L, 70_000L, Long.MAX_VALUE);
    }
    assertThat(Formats.streamed(tokens).orElseThrow().shape().toList()).containsExactly(2L, 3L);
  }

  @Test
  void whatIsNoColumnIsListedWithTheReason() throws IOException {
    Path path =
        write(
            example(feature("a", bytes("x", "y")), feature("b", ints(1)), feature("c", ints(1))),
            example(feature("c", floats(1)), feature("b", ints())));
    assertThat(Formats.parts(path))
        .extracting(part -> part.name() + ": " + part.problem().orElse("").replace("" + path, ""))
        .containsExactly(
            "a: : 'a': expected one value in each record, found 2 in record 0: read the records,"
                + " train.tfrecord, and decode them with TfExample",
            "b: : 'b': expected 1 or 2 integers in each record, found none in 1 of 2 records: read"
                + " the records, train.tfrecord, and decode them with TfExample",
            "c: : 'c': expected values of one kind, found integers in record 0 and floats in record"
                + " 1: read the records, train.tfrecord, and decode them with TfExample");
  }

  @Test
  void aFeatureThatIsNotThereIsToldWithThoseThatAre() throws IOException {
    Path path = write(example(feature("label", ints(3)), feature("image", bytes("a"))));
    assertThatThrownBy(() -> Dataset.open(Source.of(path).part("labels")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a part 'labels', found none of this name, but")
        .hasMessageContaining("'label'");
  }

  @Test
  void anEmptyShardIsAFileWithoutRecords() throws IOException {
    Path path = Files.createFile(folder.resolve("validation.tfrecord-00000-of-00001"));
    try (Dataset dataset = Dataset.open(path)) {
      assertThat(dataset.recordCount()).isZero();
    }
    assertThatThrownBy(() -> Dataset.open(Files.createFile(folder.resolve("x.bin"))))
        .hasMessageContaining("an empty file");
  }

  @Test
  void aDamagedFileIsToldWithItsRecordWhenItIsOpened() throws IOException {
    byte[] contents = file(utf8("one"), utf8("two"), utf8("three"));
    contents[2 * 19 + 3] ^= 1;
    Path path = Files.write(folder.resolve("x.tfrecord"), contents);
    assertThatThrownBy(() -> Dataset.open(path))
        .isInstanceOf(PenstockException.class)
        .hasMessageStartingWith(path + ": expected the length of record 2 and its checksum");
    assertThat(folder).isDirectoryNotContaining("glob:**penstock-index");
  }

  @Test
  void partsAreReadAgainFromTheIndex() throws IOException {
    Path path = write(example(feature("x", ints(1, 2, 3))), example(feature("x", ints(4, 5, 6))));
    List<String> first = Formats.parts(path).stream().map(Part::toString).toList();
    assertThat(folder.resolve("train.tfrecord.penstock-index")).exists();
    assertThat(Formats.parts(path)).extracting(Part::toString).isEqualTo(first).hasSize(1);
  }
}

package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.format.tar.TarFiles;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** WebDatasets through loaders: three shards, some samples without a caption. */
class TarReadingTest {
  private static final int SAMPLES = 300;
  private static final int SHARDS = 3;

  @TempDir Path directory;

  static List<Way> ways() {
    return Way.all().toList();
  }

  private static String key(long i) {
    return "n%02d/%04d".formatted(i % 7, i);
  }

  private static String image(long i) {
    return (i + " ").repeat((int) (i * 37 % 400));
  }

  private static boolean hasCaption(long i) {
    return i % 50 != 7;
  }

  @BeforeEach
  void write() throws IOException {
    for (int shard = 0; shard < SHARDS; shard++) {
      TarFiles tar = new TarFiles();
      for (int i = shard * SAMPLES / SHARDS; i < (shard + 1) * SAMPLES / SHARDS; i++) {
        tar.file(key(i) + ".jpg", image(i)).file(key(i) + ".cls", Integer.toString(i % 7));
        if (hasCaption(i)) {
          tar.file(key(i) + ".txt", "caption " + i);
        }
      }
      Files.write(directory.resolve("s-%03d.tar".formatted(shard + 8)), tar.end().bytes());
    }
  }

  private Source part(String name) {
    return Source.glob(directory, "s-{008..010}.tar").part(name);
  }

  private static String text(Batch batch, String column, int i) {
    return new String(
        batch.record(column, i).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void samplesComeShuffledAndWhole(Way way) {
    try (Dataset dataset =
        Dataset.open(part("jpg"), part("cls"), part("__key__"), part("txt").orEmpty())) {
      assertThat(dataset.columns())
          .extracting(Column::name)
          .containsExactly("jpg", "cls", "__key__", "txt");
      for (Shuffle shuffle : List.of(Shuffle.FULL, Shuffle.NONE)) {
        try (Loader other =
            way.loader(dataset).batchSize(32).shuffle(shuffle).memoryBytes(32 << 20).build()) {
          List<Long> indices = new ArrayList<>();
          for (Batch batch : other.epoch(0)) {
            for (int i = 0; i < batch.size(); i++) {
              long index = batch.index(i);
              indices.add(index);
              assertThat(text(batch, "jpg", i)).isEqualTo(image(index));
              assertThat(text(batch, "cls", i)).isEqualTo(Long.toString(index % 7));
              assertThat(text(batch, "__key__", i)).isEqualTo(key(index));
              assertThat(text(batch, "txt", i))
                  .isEqualTo(hasCaption(index) ? "caption " + index : "");
            }
          }
          assertThat(indices.stream().sorted())
              .containsExactlyElementsOf(LongStream.range(0, SAMPLES).boxed().toList());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aSampleWithoutAPartIsAnErrorByNameWhenItIsRead(Way way) {
    try (Dataset dataset = Dataset.open(part("txt"), part("cls"));
        Loader loader =
            way.loader(dataset).batchSize(10).shuffle(Shuffle.NONE).memoryBytes(32 << 20).build()) {
      assertThatThrownBy(() -> loader.epoch(0).forEach(batch -> {}))
          .isInstanceOfSatisfying(
              PenstockException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(ErrorKind.DAMAGED_RECORD);
                assertThat(e.recordIndex()).hasValue(7);
              })
          .hasMessageStartingWith(directory.resolve("s-008.tar") + ": ")
          .hasMessageContaining("expected a .txt of sample 'n00/0007', found none (record 7)")
          .hasMessageContaining("FILE#txt?");
      assertThatThrownBy(() -> dataset.record("txt", 157))
          .hasMessageContaining("s-009.tar")
          .hasMessageContaining("sample 'n03/0157'");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void badRecordsFollowTheirPolicy(Way way) {
    try (Dataset dataset = Dataset.open(part("txt"), part("cls"))) {
      for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
        try (Loader loader =
            way.loader(dataset)
                .batchSize(32)
                .seed(1)
                .badRecordPolicy(policy)
                .memoryBytes(32 << 20)
                .build()) {
          Map<Long, Integer> seen = new TreeMap<>();
          for (Batch batch : loader.epoch(0)) {
            for (int i = 0; i < batch.size(); i++) {
              assertThat(text(batch, "txt", i)).isEqualTo("caption " + batch.index(i));
              assertThat(text(batch, "cls", i)).isEqualTo(Long.toString(batch.index(i) % 7));
              seen.merge(batch.index(i), 1, Integer::sum);
            }
          }
          assertThat(seen).hasSize(SAMPLES - 6).doesNotContainKey(7L);
          assertThat(seen.get(8L)).isEqualTo(policy == BadRecordPolicy.REPLACE ? 2 : 1);
          assertThat(loader.badRecords())
              .hasSize(6)
              .allSatisfy(bad -> assertThat(bad.problem()).contains("expected a .txt of sample"));
        }
      }
    }
  }

  @Test
  void anArchiveWithOneEndingIsOneColumn() throws IOException {
    Path path = directory.resolve("one.tar");
    Files.write(path, new TarFiles().file("a.jpg", "A").file("b.jpg", "BB").end().bytes());
    try (Dataset dataset = Dataset.open(path)) {
      assertThat(dataset.columns()).extracting(Column::name).containsExactly("one");
      assertThat(dataset.record("one", 1).byteSize()).isEqualTo(2);
    }
  }

  @Test
  void whatCannotBeMeantIsSaid() {
    Path shard = directory.resolve("s-008.tar");
    assertThatThrownBy(() -> Dataset.open(shard))
        .hasMessageContaining("expected one array, found 4: '__key__', 'jpg', 'cls', 'txt'");
    assertThatThrownBy(() -> Dataset.open(part("png")))
        .hasMessageContaining(
            "expected a part 'png', found none of this name, but '__key__', 'jpg'");
    assertThatThrownBy(() -> Formats.open(Source.of(shard).part("jpg")))
        .hasMessageContaining("found records of different sizes");
    assertThatThrownBy(() -> Dataset.open(Source.glob(directory, "s-{007..010}.tar").part("jpg")))
        .hasMessageContaining("s-007.tar: expected a file, as one of the 4 of 's-{007..010}.tar'");
  }

  @Test
  void theQuestionMarkOfTheCommandLineIsOrEmpty() {
    Path path = directory.resolve("s-008.tar");
    Source optional = Source.parse(Path.of(path + "#txt?"));
    assertThat(optional).isEqualTo(Source.of(path).part("txt").orEmpty());
    assertThat(optional).isEqualTo(Source.of(path).orEmpty().part("txt"));
    assertThat(optional).isNotEqualTo(Source.of(path).part("txt"));
    assertThat(optional).hasToString(path + "#txt?");
    assertThat(optional.columnName()).isEqualTo("txt");
    assertThat(optional.shards()).containsExactly(optional);
    assertThat(Source.parse(Path.of(path + "#raw:uint8")).isOrEmpty()).isFalse();
    try (Dataset dataset = Dataset.open(optional)) {
      assertThat(dataset.record("txt", 7).byteSize()).isZero();
    }
  }

  @Test
  void recordsOfOneSizeAreNeverEmpty() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 3, 1, 1);
    assertThatThrownBy(() -> Dataset.open(Source.of(array.path()).orEmpty()))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("without the question mark");
  }
}

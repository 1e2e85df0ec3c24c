package io.penstock.internal.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.TestArray;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.job.LoaderState;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a state is tied to: the contents of a dataset, not where and since when they lie there. */
class IdentityTest {
  private static final int RECORDS = 4_000;
  private static final int RECORD_BYTES = 1_000; // 4 MB: more than the blocks that are read.

  @TempDir Path directory;
  private TestArray array;

  @BeforeEach
  void write() {
    array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 1);
  }

  private static String fingerprint(Path... files) {
    try (Dataset dataset = Dataset.builder().column("x", files).open()) {
      return dataset.fingerprint();
    }
  }

  private LoaderState state(Path file) {
    try (Dataset dataset = Dataset.builder().column("x", file).open();
        Loader loader = dataset.loader().batchSize(64).seed(1).build()) {
      loader.epoch(0).iterator().next();
      return loader.state();
    }
  }

  private void goOn(Path file, LoaderState state) {
    try (Dataset dataset = Dataset.builder().column("x", file).open();
        Loader loader = dataset.loader().batchSize(64).seed(1).state(state).build()) {
      assertThat(loader.epoch(0).iterator().next().position()).isEqualTo(64);
    }
  }

  @Test
  void aStateGoesOnWithACopyOfTheData() throws IOException {
    LoaderState state = state(array.path());
    Path copy = directory.resolve("copy.npy");
    Files.copy(array.path(), copy, StandardCopyOption.COPY_ATTRIBUTES);
    goOn(copy, state);
    // As tar and object stores do: whole seconds.
    Files.setLastModifiedTime(copy, FileTime.fromMillis(1_000));
    goOn(copy, state);
  }

  @Test
  void otherContentsOfTheSameShapeAreRefusedAsThat() {
    LoaderState state = state(array.path());
    Path other = TestArray.random(directory.resolve("y.npy"), RECORDS, RECORD_BYTES, 2).path();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> goOn(other, state))
        .withMessageContaining("but other contents");
    Path shorter =
        TestArray.random(directory.resolve("z.npy"), RECORDS - 1, RECORD_BYTES, 1).path();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> goOn(shorter, state))
        .withMessageContaining("other columns, types, shapes or numbers of records");
  }

  @Test
  void theFirstAndTheLastByteOfEachShardCount() {
    Path[] shards = {
      array.path(), TestArray.random(directory.resolve("second.npy"), 9, RECORD_BYTES, 3).path()
    };
    Set<String> seen = new LinkedHashSet<>();
    seen.add(fingerprint(shards));
    flip(array, 0, 0);
    seen.add(fingerprint(shards));
    flip(array, 0, 0);
    flip(new TestArray(shards[1], 9, RECORD_BYTES, 128), 8, RECORD_BYTES - 1);
    seen.add(fingerprint(shards));
    assertThat(seen).hasSize(3);
  }

  private static void flip(TestArray array, long index, int at) {
    byte[] record = array.record(index);
    record[at] ^= 1;
    array.put(index, record);
  }

  @Test
  void eachByteOfSmallDataCounts() {
    TestArray small = TestArray.random(directory.resolve("small.npy"), 97, 1_009, 5);
    String before = fingerprint(small.path());
    for (int i = 0; i < 97; i++) {
      flip(small, i, 10 * i);
      assertThat(fingerprint(small.path())).as("record %d", i).isNotEqualTo(before);
      flip(small, i, 10 * i);
    }
    assertThat(fingerprint(small.path())).isEqualTo(before);
  }

  @Test
  void valuesAndOffsetsOfRecordsOfDifferentSizesCount() throws IOException {
    Path values = Files.write(directory.resolve("values"), new byte[] {1, 2, 3, 4});
    Path offsets = Files.write(directory.resolve("offsets"), new byte[] {0, 1, 4});
    String before = variable(values, offsets);
    Files.setLastModifiedTime(offsets, FileTime.fromMillis(1_000));
    assertThat(variable(values, offsets)).isEqualTo(before);
    Files.write(offsets, new byte[] {0, 2, 4});
    assertThat(variable(values, offsets)).isNotEqualTo(before);
    Files.write(offsets, new byte[] {0, 1, 4});
    Files.write(values, new byte[] {1, 2, 3, 5});
    assertThat(variable(values, offsets)).isNotEqualTo(before);
  }

  private static String variable(Path values, Path offsets) {
    try (Dataset dataset =
        Dataset.builder()
            .variable(
                "text",
                Source.of(values).raw(RawLayout.of(ElementType.named("|u1"))),
                Source.of(offsets).raw(RawLayout.of(ElementType.named("|u1"))))
            .open()) {
      return dataset.fingerprint();
    }
  }

  @Test
  void aFolderIsKnownByItsFilesAndNotByItsIndex() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("folder"));
    for (int i = 0; i < 200; i++) {
      Files.writeString(folder.resolve("f" + i), "text " + i);
    }
    Path index = directory.resolve("folder.penstock-index");
    Set<String> same = new LinkedHashSet<>();
    same.add(fingerprint(folder));
    Files.delete(index);
    same.add(fingerprint(folder));
    for (int i = 0; i < 200; i++) {
      Files.setLastModifiedTime(folder.resolve("f" + i), FileTime.fromMillis(1_000));
    }
    same.add(fingerprint(folder));
    assertThat(same).hasSize(1);
    Files.writeString(folder.resolve("f199"), "text ...");
    assertThat(fingerprint(folder)).isNotIn(same);
  }

  @Test
  void atMostSixtyFourBlocksAreRead() {
    Path[] shards = new Path[300];
    for (int i = 0; i < shards.length; i++) {
      shards[i] = TestArray.random(directory.resolve("s" + i), 1, RECORD_BYTES, i).path();
    }
    assertThat(SampledContents.reads(opened(shards))).isEqualTo(64);
    assertThat(SampledContents.reads(opened(array.path()))).isEqualTo(64);
  }

  private static DatasetFiles opened(Path... shards) {
    try (OpenFiles source = Platforms.current().openFiles()) {
      List<Source> sources = Stream.of(shards).map(Source::of).toList();
      return new DatasetFiles(source, List.of(new ColumnFiles.Arrays("x", sources)));
    }
  }

  @Test
  void aStateOfTheFirstVersionGoesOnUntilAFileIsTouched() throws IOException {
    String dated = DatedFingerprint.of(opened(array.path()));
    assertThat(dated).matches("[0-9a-f]{64}");
    FullShuffle order = new FullShuffle(RECORDS, 1);
    LoaderState state = LoaderState.of(dated, order, 0, 0, 64);
    assertThatCode(() -> goOn(array.path(), state)).doesNotThrowAnyException();
    Files.setLastModifiedTime(array.path(), FileTime.fromMillis(1_000));
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> goOn(array.path(), state))
        .withMessageContaining("an earlier version, which tells files by their times");
  }

  @Test
  void theStateIsThereAfterTheDatasetWasClosedAndTheFileIsGone() throws IOException {
    Dataset dataset = Dataset.builder().column("x", array.path()).open();
    Loader loader = dataset.loader().batchSize(64).seed(1).build();
    loader.epoch(0).iterator().next();
    dataset.fingerprint();
    dataset.close();
    Files.delete(array.path());
    assertThat(loader.state().position()).isEqualTo(64);
  }

  @Test
  void anInterruptedThreadHasTheStateOnceItIsKnown() {
    try (Dataset dataset = Dataset.builder().column("x", array.path()).open();
        Loader loader = dataset.loader().batchSize(64).seed(1).build()) {
      dataset.fingerprint();
      Thread.currentThread().interrupt();
      assertThat(loader.state().position()).isZero();
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}

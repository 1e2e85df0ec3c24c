package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of a folder are read as records of any other column are, whatever the plan. */
@NamesNativeWays
class FolderReadingTest {
  private static final int FILES = 3000;
  private static final int MEAN = 900;

  @TempDir private Path directory;

  private Path folder;
  private final List<byte[]> contents = new ArrayList<>();

  /** Some are empty, a few much larger than a request. */
  @BeforeEach
  void write() throws IOException {
    folder = Files.createDirectory(directory.resolve("files"));
    Random random = new Random(7);
    for (int i = 0; i < FILES; i++) {
      int length =
          i % 50 == 3 ? 0 : i % 700 == 9 ? 40_000 + random.nextInt(9000) : random.nextInt(2 * MEAN);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      contents.add(bytes);
      Path file = path(i);
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    }
  }

  private Path path(int i) {
    return folder.resolve("%02d/%04d".formatted(i / 200, i));
  }

  private Map<Long, byte[]> read(
      Dataset dataset, UnaryOperator<LoaderBuilder> options, long epoch) {
    Map<Long, byte[]> found = new TreeMap<>();
    try (Loader loader = options.apply(dataset.loader().batchSize(64)).build()) {
      read(loader, epoch, found);
    }
    return found;
  }

  private static void read(Loader loader, long epoch, Map<Long, byte[]> found) {
    for (Batch batch : loader.epoch(epoch)) {
      byte[] bytes = batch.column("files").toArray(ValueLayout.JAVA_BYTE);
      for (int i = 0; i < batch.size(); i++) {
        int from = (int) batch.offsets("files").getAtIndex(ValueLayout.JAVA_LONG, i);
        int to = (int) batch.offsets("files").getAtIndex(ValueLayout.JAVA_LONG, i + 1);
        assertThat(found.put(batch.index(i), Arrays.copyOfRange(bytes, from, to))).isNull();
      }
    }
  }

  private void check(Map<Long, byte[]> found) {
    assertThat(found).hasSize(FILES);
    found.forEach(
        (index, bytes) ->
            assertThat(bytes).as("file %d", index).isEqualTo(contents.get(index.intValue())));
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, '', 0",
    "NONE, 'ioThreads=1,queueDepth=1', 0",
    "NONE, 'maxRead=4096', 0",
    "FULL, '', 0",
    "FULL, '', 1800000",
    "FULL, 'ioThreads=3,maxRead=16384', 2200000",
    "FULL, 'cache=400000', 30000000",
    "BLOCK, '', 0",
    "BLOCK, 'backend=pread,io=buffered', 2200000"
  })
  void allPlansReadTheSame(Shuffle shuffle, String readahead, long memoryBytes) {
    try (Dataset dataset = Dataset.open(folder)) {
      UnaryOperator<LoaderBuilder> options =
          builder -> {
            LoaderBuilder made =
                builder.shuffle(shuffle).readahead(Readahead.parse(readahead)).batchBytes(150_000);
            return memoryBytes > 0 ? made.memoryBytes(memoryBytes) : made;
          };
      try (Loader loader = options.apply(dataset.loader().batchSize(64)).build()) {
        for (int epoch = 0; epoch < 3; epoch++) {
          Map<Long, byte[]> found = new TreeMap<>();
          read(loader, epoch, found);
          check(found);
        }
        assertThat(loader.statistics().method().backend())
            .isEqualTo(
                Platforms.problem().isEmpty() ? Readahead.Backend.PREAD : Readahead.Backend.JAVA);
        assertThat(loader.statistics().method().reason())
            .contains("open, read and close each file");
      }
    }
  }

  @Test
  void neighboursAreReadTogetherAndEachFileIsOpenedOnce() {
    try (Dataset dataset = Dataset.open(folder);
        Loader loader = dataset.loader().batchSize(64).shuffle(Shuffle.NONE).build()) {
      Map<Long, byte[]> found = new TreeMap<>();
      read(loader, 0, found);
      check(found);
      LoaderStatistics statistics = loader.statistics();
      long notEmpty = contents.stream().filter(bytes -> bytes.length > 0).count();
      assertThat(statistics.value(Statistic.REQUESTS)).isBetween(notEmpty, notEmpty + 10);
      long bytes = contents.stream().mapToLong(of -> of.length).sum();
      assertThat(statistics.value(Statistic.BYTES_READ)).isEqualTo(bytes);
      assertThat(statistics.value(Statistic.MERGED_RECORDS)).isGreaterThan(FILES / 2);
    }
  }

  @Test
  void ranksShareTheFiles() {
    try (Dataset dataset = Dataset.open(folder)) {
      Map<Long, byte[]> all = read(dataset, builder -> builder.rank(0, 2), 5);
      Map<Long, byte[]> others = read(dataset, builder -> builder.rank(1, 2), 5);
      assertThat(all.keySet()).doesNotContainAnyElementsOf(others.keySet());
      all.putAll(others);
      check(all);
    }
  }

  @Test
  void columnsOfOtherKindsComeWithThem() throws IOException {
    byte[] labels = new byte[4 * FILES];
    new Random(3).nextBytes(labels);
    Path raw = Files.write(directory.resolve("labels.bin"), labels);
    for (long memoryBytes : new long[] {2_000_000, 1 << 28}) {
      try (Dataset dataset =
              Dataset.builder()
                  .column("label", Source.of(raw).raw(RawLayout.of(ElementType.INT32)))
                  .folder("files", folder, "*", FolderIndex.defaultFile(folder))
                  .column("number", Source.of(folder).part("label"))
                  .open();
          Loader loader =
              dataset.loader().batchSize(64).batchBytes(150_000).memoryBytes(memoryBytes).build()) {
        Map<Long, byte[]> found = new TreeMap<>();
        read(loader, 0, found);
        check(found);
        for (Batch batch : loader.epoch(1)) {
          for (int i = 0; i < batch.size(); i++) {
            int at = 4 * (int) batch.index(i);
            int expected =
                (labels[at] & 255)
                    | (labels[at + 1] & 255) << 8
                    | (labels[at + 2] & 255) << 16
                    | labels[at + 3] << 24;
            assertThat(batch.column("label").getAtIndex(ValueLayout.JAVA_INT, i))
                .isEqualTo(expected);
            assertThat(batch.column("number").getAtIndex(ValueLayout.JAVA_INT, i))
                .isEqualTo((int) batch.index(i) / 200);
          }
        }
      }
    }
  }

  @Test
  void aFileThatWasEmptyAndIsNotIsNoticed() throws IOException {
    try (Dataset dataset = Dataset.open(folder)) {
      Files.writeString(path(3), "not empty");
      assertThatThrownBy(() -> read(dataset, builder -> builder, 0))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("00/0003: record 3 of column 'files'")
          .hasMessageContaining("expected a file of 0 bytes, as when the folder was scanned");
    }
  }

  @Test
  void filesThatChangedAreSkippedIfThatIsWanted() throws IOException {
    try (Dataset dataset = Dataset.open(folder)) {
      Files.setLastModifiedTime(path(17), FileTime.fromMillis(5));
      Files.delete(path(1009));
      Files.writeString(path(2400), "x");
      Map<Long, byte[]> found =
          read(dataset, builder -> builder.badRecordPolicy(BadRecordPolicy.SKIP), 0);
      assertThat(found).hasSize(FILES - 3).doesNotContainKeys(17L, 1009L, 2400L);
      found.forEach((index, bytes) -> assertThat(bytes).isEqualTo(contents.get(index.intValue())));
    }
  }

  @Test
  void oneBatchIsReplayed() {
    try (Dataset dataset = Dataset.open(folder);
        Loader loader = dataset.loader().batchSize(64).replay(true).build()) {
      for (Batch batch : loader.epoch(0)) {
        byte[] bytes = batch.column("files").toArray(ValueLayout.JAVA_BYTE);
        int to = (int) batch.offsets("files").getAtIndex(ValueLayout.JAVA_LONG, 1);
        assertThat(Arrays.copyOf(bytes, to)).isEqualTo(contents.get((int) batch.index(0)));
      }
    }
  }
}

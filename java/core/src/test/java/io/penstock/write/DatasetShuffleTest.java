package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.TestArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards in shuffled order: the very order of the exact shuffle, and all or nothing of them. */
@Timeout(120)
class DatasetShuffleTest {
  @TempDir Path directory;

  private TestArray array(String name, long count, int recordBytes) {
    return TestArray.random(directory.resolve(name), count, recordBytes, recordBytes);
  }

  private Path out() {
    return directory.resolve("out");
  }

  private static byte[] readAll(Source column) throws IOException {
    try (Dataset dataset = Dataset.builder().column("x", column).open();
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).batchSize(1000).build()) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.toIntExact(dataset.recordCount() * dataset.recordBytes()));
      for (Batch batch : loader.epoch(0)) {
        bytes.put(batch.asByteBuffer("x"));
      }
      return bytes.array();
    }
  }

  private void assertShuffled(TestArray array, String name, long seed) throws IOException {
    byte[] found = readAll(Source.glob(out(), name + "-*.npy"));
    byte[] all = array.all();
    int bytes = array.recordBytes();
    FullShuffle order = new FullShuffle(array.recordCount(), seed);
    assertThat(found).hasSize(all.length);
    for (int p = 0; p < array.recordCount(); p++) {
      int at = (int) order.index(0, p) * bytes;
      assertThat(Arrays.equals(found, p * bytes, (p + 1) * bytes, all, at, at + bytes))
          .as("position %d", p)
          .isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // records, bytes, memory in KiB, shards, passes
    "1, 784, 16384, 1, 1",
    "2, 784, 16384, 2, 1",
    "10007, 784, 65536, 1, 1",
    "10007, 784, 9000, 1, 2",
    "10007, 784, 9000, 7, 2",
    "40009, 100, 9000, 3, 2",
    "300007, 3, 9000, 20, 2",
    "1000003, 7, 9000, 4, 2",
    "60, 150528, 9000, 5, 2",
    "11, 1048579, 60000, 11, 1",
    "31, 1048579, 60000, 2, 2",
  })
  void theShardsHoldTheExactShuffle(
      int count, int recordBytes, long memoryKib, int shards, int passes) throws IOException {
    TestArray images = array("images.npy", count, recordBytes);
    TestArray labels = array("labels.npy", count, 2);
    try (Dataset dataset = Dataset.open(images.path(), labels.path())) {
      List<Long> told = new ArrayList<>();
      DatasetShuffle.Result result =
          new DatasetShuffle(dataset, out())
              .seed(5)
              .shards(shards)
              .memoryBytes(memoryKib << 10)
              .progress(told::add)
              .run();
      assertThat(result.records()).isEqualTo(count);
      assertThat(result.bytes()).isEqualTo((long) count * (recordBytes + 2));
      assertThat(result.passes()).isEqualTo(passes);
      assertThat(told).last().isEqualTo(2L * count);
    }
    assertShuffled(images, "images", 5);
    assertShuffled(labels, "labels", 5);
    assertThat(entries(out())).hasSize(2 * shards + 1).contains("penstock-shuffle.txt");
    assertThat(entries(directory)).containsExactlyInAnyOrder("images.npy", "labels.npy", "out");
    for (int shard = 0; shard < shards; shard++) {
      try (Dataset dataset =
          Dataset.open(
              out().resolve("images-%05d.npy".formatted(shard)),
              out().resolve("labels-%05d.npy".formatted(shard)))) {
        assertThat(dataset.recordCount()).isBetween((long) count / shards, count / shards + 1L);
      }
    }
  }

  private static List<String> entries(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void bucketsThatAreTooLargeAreScatteredAgain() throws IOException {
    TestArray array = array("x.npy", 20_011, 784);
    try (Dataset dataset = Dataset.open(array.path())) {
      DatasetShuffle shuffle = new DatasetShuffle(dataset, out()).shards(3).seed(9);
      // 15.7 MB with room for 2000 records at once and 3 buckets: 11 are wanted, 3 x 3 or 4 are
      // made.
      DatasetShuffle.Result result =
          shuffle.run(
              ShuffleSizes.of(dataset),
              new ShufflePlan(8 << 20, 1 << 20, 2000 * 784, 3, 1 << 20, 4 + 784));
      assertThat(result.passes()).isEqualTo(4);
      assertThat(result.buckets()).isGreaterThan(11);
    }
    assertShuffled(array, "x", 9);
  }

  @Test
  void noRecordsAreAnEmptyShard() throws IOException {
    TestArray array = array("x.npy", 0, 784);
    try (Dataset dataset = Dataset.open(array.path())) {
      new DatasetShuffle(dataset, out()).run();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DatasetShuffle(dataset, out()).shards(2))
          .withMessageContaining("shards must be at most 1 for 0 records, was 2");
    }
    try (Dataset dataset = Dataset.open(out().resolve("x-00000.npy"))) {
      assertThat(dataset.recordCount()).isZero();
      assertThat(dataset.recordBytes()).isEqualTo(784);
    }
  }

  @Test
  void aDirectoryIsReplacedOnlyIfItWasMadeHereAndOnlyIfSo() throws IOException {
    TestArray array = array("x.npy", 1000, 10);
    try (Dataset dataset = Dataset.open(array.path())) {
      Files.createDirectory(out());
      new DatasetShuffle(dataset, out()).seed(1).shards(4).run();
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> new DatasetShuffle(dataset, out()).run())
          .withMessageContaining("--force");
      assertShuffled(array, "x", 1);
      new DatasetShuffle(dataset, out()).seed(2).replace(true).run();
      assertShuffled(array, "x", 2);
      assertThat(entries(out())).containsExactlyInAnyOrder("penstock-shuffle.txt", "x-00000.npy");
      Path mine = Files.writeString(out().resolve("mine.txt"), "mine");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> new DatasetShuffle(dataset, out()).replace(true).run())
          .withMessageContaining("it is not replaced");
      assertThat(mine).hasContent("mine");
      for (String name : List.of("embeddings-00000.npy", "x-00001.npy", "scan-20240101.npy")) {
        Files.move(mine, out().resolve(name));
        assertThatExceptionOfType(PenstockException.class)
            .isThrownBy(() -> new DatasetShuffle(dataset, out()).replace(true).run())
            .withMessageContaining("it is not replaced");
        Files.move(out().resolve(name), mine);
      }
      assertShuffled(array, "x", 2);
    }
    assertThat(entries(directory)).containsExactlyInAnyOrder("x.npy", "out");
  }

  @Test
  void aDirectoryWithTheDataInItIsRefused() throws IOException {
    Files.createDirectory(out());
    TestArray array = array("out/x.npy", 100, 10);
    try (Dataset dataset = Dataset.open(array.path())) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> new DatasetShuffle(dataset, out()).replace(true).run())
          .withMessageContaining("without the data itself");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> new DatasetShuffle(dataset, directory.resolve("no/such")).run())
          .withMessageContaining("no such directory");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DatasetShuffle(dataset, out()).memoryBytes(1 << 20).run())
          .withMessageContaining("memoryBytes must be at least");
    }
    assertThat(entries(out())).containsExactly("x.npy");
  }

  @Test
  void dataThatChangesMeanwhileIsAnErrorAndNothingIsLeft() throws IOException {
    TestArray array = array("x.npy", 30_000, 784);
    try (Dataset dataset = Dataset.open(array.path())) {
      DatasetShuffle shuffle =
          new DatasetShuffle(dataset, out())
              .memoryBytes(9 << 20)
              .progress(
                  done -> {
                    if (done >= 40_000) {
                      array.put(7, new byte[784]);
                    }
                  });
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(shuffle::run)
          .withMessageContaining("x.npy");
    }
    assertThat(entries(directory)).containsExactly("x.npy");
  }

  @Test
  void whatAKilledProcessLeftIsDeletedAndALivingOneIsNotDisturbed() throws IOException {
    TestArray array = array("x.npy", 1000, 10);
    Path left = Files.createDirectory(directory.resolve(".out.penstock-partial"));
    for (String name : List.of("penstock-shuffle.txt", ".bucket-3", ".bucket-1-2", "x-00000.npy")) {
      Files.writeString(left.resolve(name), "half");
    }
    Files.writeString(left.resolve("penstock-shuffle.txt"), ShuffleNote.line("x", 1) + "\n");
    try (Dataset dataset = Dataset.open(array.path())) {
      try (PartialDirectory other = PartialDirectory.create(out(), false, "living")) {
        assertThatExceptionOfType(PenstockException.class)
            .isThrownBy(() -> new DatasetShuffle(dataset, out()).run())
            .withMessageContaining("is being made by another process");
        assertThat(entries(other.path())).containsExactly("penstock-shuffle.txt");
      }
      assertThat(left).doesNotExist();
      new DatasetShuffle(dataset, out()).run();
    }
    assertShuffled(array, "x", 0);
    assertThat(entries(directory)).containsExactlyInAnyOrder("x.npy", "out");
  }
}

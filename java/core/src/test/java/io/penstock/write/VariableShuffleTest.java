package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.TestArray;
import io.penstock.array.ElementType;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shuffles on disk of records of different sizes, beside records of one size. */
@Timeout(120)
class VariableShuffleTest {
  private static final int VALUE_BYTES = 6;

  @TempDir Path directory;

  private Path out() {
    return directory.resolve("out");
  }

  private Path values(String name) {
    return directory.resolve(name + ".npy");
  }

  private Path offsets(String name) {
    return directory.resolve(name + "-offsets.npy");
  }

  /** Values of three uint16 each, as many in record i as the function says. */
  private byte[][] write(String name, int count, IntUnaryOperator length) {
    SplittableRandom random = new SplittableRandom(count);
    byte[][] records = new byte[count][];
    NpyWriterBuilder builder = NpyWriter.builder(values(name), ElementType.parse("<u2"), 3);
    try (VariableNpyWriter writer = VariableNpyWriter.open(builder, offsets(name))) {
      for (int i = 0; i < count; i++) {
        records[i] = new byte[VALUE_BYTES * length.applyAsInt(i)];
        random.nextBytes(records[i]);
        writer.append(MemorySegment.ofArray(records[i]));
      }
      writer.commit();
    }
    return records;
  }

  /** Up to 199 values, a third of the records is empty. */
  private static int mixed(int i) {
    int hash = (i * 0x9e3779b9) >>> 8;
    return hash % 3 == 0 ? 0 : hash % 200;
  }

  private Dataset open(String... names) {
    var builder = Dataset.builder();
    for (String name : names) {
      builder.variable(name, values(name), offsets(name));
    }
    return builder.open();
  }

  /** All records of a column in their order. */
  private static List<byte[]> records(Dataset dataset, String column) {
    List<byte[]> all = new ArrayList<>();
    try (Loader loader =
        dataset.loader().shuffle(Shuffle.NONE).memoryBytes(512 << 20).batchSize(1000).build()) {
      for (Batch batch : loader.epoch(0)) {
        MemorySegment values = batch.column(column);
        MemorySegment offsets = batch.offsets(column);
        for (int i = 0; i < batch.size(); i++) {
          long begin = VALUE_BYTES * offsets.getAtIndex(ValueLayout.JAVA_LONG, i);
          long end = VALUE_BYTES * offsets.getAtIndex(ValueLayout.JAVA_LONG, i + 1L);
          all.add(values.asSlice(begin, end - begin).toArray(ValueLayout.JAVA_BYTE));
        }
      }
    }
    return all;
  }

  private void assertShuffled(byte[][] wanted, String name, long seed) {
    List<Source> values = List.of(Source.glob(out(), name + "-*.npy"));
    List<Source> offsets = List.of(Source.glob(out(), name + ".offsets-*.npy"));
    try (Dataset dataset = Dataset.builder().variable(name, values, offsets).open()) {
      List<byte[]> found = records(dataset, name);
      assertThat(found).hasSize(wanted.length);
      FullShuffle order = new FullShuffle(wanted.length, seed);
      for (int p = 0; p < wanted.length; p++) {
        assertThat(Arrays.equals(found.get(p), wanted[(int) order.index(0, p)]))
            .as("position %d", p)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // records, memory in KiB, shards, passes
    "0, 16384, 1, 1",
    "1, 16384, 1, 1",
    "2, 16384, 2, 1",
    "20011, 65536, 1, 1",
    "20011, 9000, 1, 2",
    "20011, 9000, 7, 2",
    "60013, 9000, 3, 2",
  })
  void theShardsHoldTheExactShuffle(int count, long memoryKib, int shards, int passes) {
    byte[][] texts = write("text", count, VariableShuffleTest::mixed);
    byte[][] more = write("more", count, i -> i % 5);
    TestArray labels = TestArray.random(directory.resolve("labels.npy"), count, 2, 2);
    long bytes = 2L * count;
    for (int i = 0; i < count; i++) {
      bytes += texts[i].length + more[i].length;
    }
    try (Dataset dataset =
        Dataset.builder()
            .variable("text", values("text"), offsets("text"))
            .column("labels", labels.path())
            .variable("more", values("more"), offsets("more"))
            .open()) {
      List<Long> told = new ArrayList<>();
      DatasetShuffle.Result result =
          new DatasetShuffle(dataset, out())
              .seed(5)
              .shards(shards)
              .memoryBytes(memoryKib << 10)
              .progress(told::add)
              .run();
      assertThat(result.records()).isEqualTo(count);
      assertThat(result.bytes()).isEqualTo(bytes);
      assertThat(result.passes()).isEqualTo(passes);
      if (count > 0) {
        assertThat(told).last().isEqualTo(2L * count);
      }
    }
    assertShuffled(texts, "text", 5);
    assertShuffled(more, "more", 5);
    try (Dataset found =
        Dataset.builder().column("labels", Source.glob(out(), "labels-*.npy")).open()) {
      FullShuffle order = new FullShuffle(Math.max(1, count), 5);
      for (int p = 0; p < count; p += 97) {
        assertThat(found.record("labels", p).toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(labels.record(order.index(0, p)));
      }
    }
  }

  @Test
  void aGiantAmongDwarfsAndBucketsThatAreTooLargeAreScatteredAgain() {
    byte[][] records = write("text", 5003, i -> i == 2777 ? 100_000 : i % 100);
    try (Dataset dataset = open("text")) {
      ShuffleSizes sizes = ShuffleSizes.of(dataset);
      DatasetShuffle shuffle = new DatasetShuffle(dataset, out()).shards(3).seed(9);
      // 2.1 MB with room for 700 KB at once and 2 buckets.
      DatasetShuffle.Result result =
          shuffle.run(
              sizes,
              new ShufflePlan(8 << 20, 1 << 20, 700_000, 2, 1 << 20, sizes.largestEntryBytes()));
      assertThat(result.passes()).isGreaterThan(2);
      assertThat(result.buckets()).isGreaterThan(2);
    }
    assertShuffled(records, "text", 9);
  }

  @Test
  void recordsWithoutValuesAreShuffled() {
    byte[][] records = write("text", 3000, _ -> 0);
    try (Dataset dataset = open("text")) {
      assertThat(new DatasetShuffle(dataset, out()).shards(2).run().bytes()).isZero();
    }
    assertShuffled(records, "text", 0);
  }

  @Test
  void memoryForTheLargestRecordIsAskedFor() {
    byte[][] records = write("text", 3, i -> i == 1 ? 2_000_000 : 1);
    try (Dataset dataset = open("text")) {
      DatasetShuffle shuffle = new DatasetShuffle(dataset, out());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> shuffle.memoryBytes(20 << 20).run())
          .withMessageContaining("memoryBytes must be at least");
      assertThat(out()).doesNotExist();
      assertThat(shuffle.memoryBytes(120 << 20).run().passes()).isEqualTo(1);
    }
    assertShuffled(records, "text", 0);
  }

  @Test
  void filesOfAFolderAreShuffledWithTheirLabels() throws IOException {
    Path mails = directory.resolve("mails");
    for (int i = 0; i < 500; i++) {
      Path folder = Files.createDirectories(mails.resolve(i < 200 ? "ham" : "spam"));
      Files.writeString(folder.resolve("%03d.txt".formatted(i)), "text ".repeat(i));
    }
    try (Dataset dataset =
        Dataset.builder()
            .folder("mails", mails, "*", directory.resolve("mails.penstock-index"))
            .open()) {
      new DatasetShuffle(dataset, out()).seed(3).run();
    }
    try (Dataset found =
        Dataset.builder()
            .variable(
                "m", out().resolve("mails-00000.npy"), out().resolve("mails.offsets-00000.npy"))
            .open()) {
      FullShuffle order = new FullShuffle(500, 3);
      for (int p = 0; p < 500; p++) {
        assertThat(found.record("m", p).toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo("text ".repeat((int) order.index(0, p)).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void offsetsDoNotGoIntoTheFileOfAnotherColumn() {
    write("text", 3, _ -> 1);
    TestArray other = TestArray.random(directory.resolve("x.npy"), 3, 2, 2);
    try (Dataset dataset =
        Dataset.builder()
            .variable("text", values("text"), offsets("text"))
            .column("text.offsets", other.path())
            .open()) {
      assertThatThrownBy(() -> new DatasetShuffle(dataset, out()).run())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'text.offsets' twice");
    }
  }

  @Test
  void aShuffleIsReplacedByAnother() {
    write("text", 300, i -> i % 7);
    try (Dataset dataset = open("text")) {
      new DatasetShuffle(dataset, out()).seed(1).shards(4).run();
      new DatasetShuffle(dataset, out()).seed(2).replace(true).run();
    }
    assertThat(out().resolve("text.offsets-00000.npy")).exists();
    assertThat(out().resolve("text.offsets-00003.npy")).doesNotExist();
  }
}

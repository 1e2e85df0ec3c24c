package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.TestColumn.RecordKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a loader delivers, of records of one size and of different sizes, in every way of reading,
 * and what it refuses.
 */
@Timeout(120)
@Tag("platform")
@ParameterizedClass
@EnumSource
class LoaderTest {
  private final RecordKind kind;

  @TempDir Path directory;

  LoaderTest(RecordKind kind) {
    this.kind = kind;
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void everyEpochDeliversAllRecordsInTheOrderOfTheSampler(Way way) {
    TestColumn images = column("images", 2003, 784);
    TestColumn labels = TestColumn.write(directory, "labels", 2003, 1, 1, RecordKind.FIXED);
    try (Dataset dataset = labels.addTo(images.addTo(Dataset.builder())).open();
        Loader loader = way.loader(dataset).batchSize(64).seed(9).build()) {
      FullShuffle order = new FullShuffle(2003, 9);
      for (Epoch epoch : loader.epochs(3)) {
        long position = 0;
        for (Batch batch : epoch) {
          assertThat(batch.epoch()).isEqualTo(epoch.number());
          assertThat(batch.position()).isEqualTo(position);
          for (int i = 0; i < batch.size(); i++) {
            long index = order.index(epoch.number(), position + i);
            assertThat(batch.index(i)).isEqualTo(index);
            checkRecord(images, batch, i);
            checkRecord(labels, batch, i);
          }
          position += batch.size();
        }
        assertThat(position).isEqualTo(2003);
      }
      assertThat(loader.statistics().records()).isEqualTo(3 * 2003);
      assertThat(loader.statistics().batches()).isEqualTo(3 * 32);
      assertThat(loader.statistics().bytes()).isEqualTo(3 * (images.bytes() + 2003));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void recordsOfAllSizesAreWhole(Way way) {
    for (int recordBytes : new int[] {1, 3, 4096, 150_528, (1 << 20) + 3}) {
      int count = Math.max(5, Math.min(3000, 6_000_000 / recordBytes));
      TestColumn column = column("x" + recordBytes, count, recordBytes);
      try (Dataset dataset = column.open();
          Loader loader = way.loader(dataset).batchSize(count / 3).build()) {
        int seen = 0;
        for (Batch batch : loader.epoch(7)) {
          assertThat(batch.column(0).address() % 64).isZero();
          long bytes = 0;
          for (int i = 0; i < batch.size(); i++) {
            bytes += checkRecord(column, batch, i);
          }
          assertThat(batch.column(0).byteSize()).isEqualTo(bytes);
          seen += batch.size();
        }
        assertThat(seen).isEqualTo(count);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anEmptyDatasetHasNoBatch(Way way) {
    TestColumn column = column("x", 0, 784);
    try (Dataset dataset = column.open();
        Loader loader = way.loader(dataset).build()) {
      assertThat(loader.epoch(0)).isEmpty();
      assertThat(loader.epoch(0).batchCount()).isZero();
      for (Epoch epoch : loader.epochs(3)) {
        assertThat(epoch).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBatchMayBeLargerThanTheDataset(Way way) {
    TestColumn column = column("x", 1, 784);
    try (Dataset dataset = column.open();
        Loader loader = way.loader(dataset).batchSize(1000).build()) {
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isEqualTo(1);
        checkRecord(column, batch, 0);
      }
      assertThat(loader.statistics().batches()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void withoutShuffleTheBytesAreThoseOfTheFile(Way way) {
    TestColumn column = column("x", 3001, 784);
    ByteBuffer delivered = ByteBuffer.allocate((int) column.bytes());
    try (Dataset dataset = column.open();
        Loader loader = way.loader(dataset).batchSize(100).shuffle(Shuffle.NONE).build()) {
      for (Batch batch : loader.epoch(5)) {
        delivered.put(batch.asByteBuffer("x"));
      }
    }
    assertThat(delivered.array()).isEqualTo(column.values().all());
  }

  @Test
  void theOrderDoesNotDependOnHowItIsRead() {
    TestColumn column = column("x", 1009, 100);
    List<Long> expected = new ArrayList<>();
    FullShuffle order = new FullShuffle(1009, 3);
    for (int i = 0; i < 1009; i++) {
      expected.add(order.index(1, i));
    }
    try (Dataset dataset = column.open()) {
      for (Way way : ways()) {
        for (String flags : new String[] {"prefetchBatches=1", "prefetchBatches=20,queueDepth=3"}) {
          for (int batchSize : new int[] {1, 17, 1009}) {
            LoaderBuilder builder = new Way(way.flags() + "," + flags, way.plan()).loader(dataset);
            try (Loader loader = builder.batchSize(batchSize).seed(3).build()) {
              assertThat(indices(loader.epoch(1))).isEqualTo(expected);
            }
          }
        }
      }
    }
  }

  @Test
  void seedsAndEpochsGiveDifferentOrders() {
    TestColumn column = column("x", 100, 10);
    try (Dataset dataset = column.open();
        Loader zero = dataset.loader().seed(0).build();
        Loader one = dataset.loader().seed(1).build()) {
      List<Long> first = indices(zero.epoch(0));
      assertThat(indices(zero.epoch(1))).isNotEqualTo(first).hasSameElementsAs(first);
      assertThat(indices(one.epoch(0))).isNotEqualTo(first).isNotEqualTo(indices(zero.epoch(1)));
      assertThat(indices(zero.epoch(0))).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aFileThatIsCutShortWhileItIsReadIsAnError(Way way) {
    TestColumn column = column("x", 20_000, 784);
    try (Dataset dataset = column.open();
        Loader loader = way.loader(dataset).batchSize(100).memoryBytes(64 << 20).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      batches.next();
      column.cutWithin(10);

      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(
              () -> {
                while (batches.hasNext()) {
                  Batch batch = batches.next();
                  for (int i = 0; i < batch.size(); i++) {
                    checkRecord(column, batch, i);
                  }
                }
              })
          .satisfies(e -> assertThat(e.path()).hasValue(column.values().path()))
          .satisfies(e -> assertThat(e.statusName()).hasValue("ENODATA"))
          .withMessageContaining("expected")
          .withMessageContaining("found");
    }
  }

  @Test
  void aFileThatIsReplacedWhileItIsReadIsAnError() throws IOException {
    TestColumn column = column("x", 2000, 784);
    TestColumn other = column("y", 2000, 784);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().batchSize(100).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      batches.next();
      Files.move(other.values().path(), column.values().path(), StandardCopyOption.ATOMIC_MOVE);

      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> batches.forEachRemaining(batch -> {}))
          .satisfies(e -> assertThat(e.statusName()).hasValue("ESTALE"))
          .withMessageContaining(column.values().path().toString());
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> loader.epoch(1).iterator().next())
          .satisfies(e -> assertThat(e.statusName()).hasValue("ESTALE"));
    }
  }

  @Test
  void aFileThatWasModifiedIsAnErrorFromTheNextEpochOn() throws IOException {
    TestColumn column = column("x", 2000, 784);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().build()) {
      assertThat(indices(loader.epoch(0))).hasSize(2000);
      Files.setLastModifiedTime(column.values().path(), FileTime.fromMillis(1_000_000));

      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> loader.epoch(1).iterator().next())
          .satisfies(e -> assertThat(e.statusName()).hasValue("ESTALE"))
          .satisfies(e -> assertThat(e.path()).hasValue(column.values().path()));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBudgetThatIsTooSmallIsRefusedAndTheLeastThatIsNamedDoes(Way way) {
    TestColumn column = column("x", 2000, 784);
    try (Dataset dataset = column.open()) {
      LoaderBuilder builder = way.loader(dataset).batchSize(100);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.memoryBytes(10_000).build())
          .withMessageContaining("memoryBytes must be at least")
          .satisfies(
              e -> {
                Matcher least = Pattern.compile("at least ([0-9]+)").matcher(e.getMessage());
                assertThat(least.find()).isTrue();
                long memoryBytes = Long.parseLong(least.group(1));
                try (Loader loader = builder.memoryBytes(memoryBytes).build()) {
                  assertThat(indices(loader.epoch(0))).hasSize(2000);
                  long taken = loader.statistics().memoryBytes();
                  assertThat(taken).isLessThanOrEqualTo(memoryBytes);
                  assertThat(taken)
                      .isGreaterThan(memoryBytes - (kind == RecordKind.FIXED ? 1 : 64));
                }
              });
    }
  }

  @Test
  void whatIsInEffectCanBeAsked() {
    TestColumn column = column("x", 2000, 784);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().readahead(Readahead.parse("backend=mmap")).build()) {
      assertThat(loader.backend()).isEqualTo(Readahead.Backend.MMAP);
      assertThat(loader.io()).isEqualTo(Readahead.Io.BUFFERED);
      assertThat(loader.reason()).startsWith("backend=mmap was asked for; ");
      assertThat(loader.reason()).contains("; memoryBytes=");
      assertThat(loader.readahead().io()).isEqualTo(Readahead.Io.BUFFERED);
      assertThat(loader.batchSize()).isEqualTo(256);
      assertThat(loader.dataset()).isSameAs(dataset);
      assertThat(loader.epoch(0).batchCount()).isEqualTo(8);
      assertThat(loader.sampler().positionCount()).isEqualTo(2000);
      assertThat(loader).hasToString(loader.toString());
    }
  }

  @Test
  void autoSaysWhatItChoseAndWhy() {
    TestColumn column = column("x", 2000, 784);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().build()) {
      boolean isNative = Platforms.problem().isEmpty();
      assertThat(loader.backend())
          .isIn(
              isNative
                  ? Set.of(Readahead.Backend.URING, Readahead.Backend.PREAD, Readahead.Backend.MMAP)
                  : Set.of(Readahead.Backend.JAVA));
      assertThat(loader.io()).isIn(Readahead.Io.DIRECT, Readahead.Io.BUFFERED);
      assertThat(loader.reason()).startsWith("backend=auto: ");
      assertThat(loader.readahead().backend()).isEqualTo(loader.backend());
    }
  }

  @Test
  void severalLoadersReadOneDatasetAtTheSameTime() {
    TestColumn column = column("x", 2000, 784);
    try (Dataset dataset = column.open();
        Loader first = dataset.loader().seed(1).batchSize(50).build();
        Loader second = dataset.loader().seed(2).batchSize(50).build()) {
      Iterator<Batch> ofSecond = second.epoch(0).iterator();
      for (Batch batch : first.epoch(0)) {
        Batch other = ofSecond.next();
        checkRecord(column, batch, 49);
        checkRecord(column, other, 49);
      }
      assertThat(ofSecond.hasNext()).isFalse();
    }
  }

  @Test
  void wrongArgumentsAreNamedWithTheirRule() {
    TestColumn column = column("x", 20, 784);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().build()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().batchSize(0))
          .withMessage("batchSize must be 1 to 268435456, was 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().memoryBytes(0))
          .withMessage("memoryBytes must be at least 1, was 0");
      LoaderBuilder ordered =
          dataset.loader().sampler(new FullShuffle(dataset.recordCount(), 1)).seed(2);
      assertThatIllegalArgumentException()
          .isThrownBy(ordered::build)
          .withMessage(
              "sampler must be the only word on the order, was set beside seed: leave out either");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ordered.shuffle(Shuffle.BLOCK).blockRecords(2).windowBlocks(3).build())
          .withMessageContaining("beside seed, shuffle, blockRecords, windowBlocks:");
      assertThatIllegalArgumentException().isThrownBy(() -> loader.epoch(-1));
      assertThatIllegalArgumentException().isThrownBy(() -> loader.epochs(-1));
      assertThatIllegalArgumentException().isThrownBy(() -> loader.epochsFrom(Long.MAX_VALUE));
      for (Batch batch : loader.epoch(0)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> batch.column("y"))
            .withMessage("expected one of the columns [x], found 'y'");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> batch.column(1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> batch.index(batch.size()));
      }
    }
  }

  private TestColumn column(String name, int recordCount, int recordBytes) {
    return TestColumn.write(directory, name, recordCount, recordBytes, name.hashCode(), kind);
  }

  private static List<Long> indices(Epoch epoch) {
    List<Long> indices = new ArrayList<>();
    for (Batch batch : epoch) {
      for (int i = 0; i < batch.size(); i++) {
        indices.add(batch.index(i));
      }
    }
    return indices;
  }

  /** Returns how many bytes it has. */
  private static int checkRecord(TestColumn column, Batch batch, int i) {
    byte[] record = column.record(batch.index(i));
    assertThat(Arrays.mismatch(column.record(batch, i), record))
        .as("first wrong byte of record %d", batch.index(i))
        .isEqualTo(-1);
    return record.length;
  }
}

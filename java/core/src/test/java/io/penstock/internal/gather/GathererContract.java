package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.TestArray;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What every gatherer does, whatever it reads with: the records that were ordered, in the order in
 * which they were, byte for byte what plain Java reads.
 */
abstract class GathererContract {
  private static final int SLOTS = 3;
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  @TempDir Path directory;

  /** Opens the gatherer under test on this thread, for batches of at most so many records. */
  abstract Gatherer open(TestSource source, int batchSize);

  /** Whether records are ordered without slots. */
  boolean hasCells() {
    return false;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 5000, 64",
    "3, 5000, 64",
    "784, 3000, 256",
    "4096, 1000, 100",
    "150528, 40, 7",
    "1048581, 9, 2"
  })
  void recordsComeInTheOrderInWhichTheyWereOrdered(int recordBytes, int count, int batchSize) {
    TestArray array = TestArray.random(directory.resolve("x.npy"), count, recordBytes, 1);
    try (TestSource source = TestSource.of(array)) {
      checkAll(source, batchSize, shuffled(count, batchSize, 2));
    }
  }

  @Test
  void neighboursAreReadAsWellAsStrangers() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 4000, 784, 1);
    List<long[]> batches = new ArrayList<>();
    for (int first = 0; first < 4000; first += 250) {
      long[] batch = new long[250];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (long) first + i;
      }
      batches.add(batch);
    }
    try (TestSource source = TestSource.of(array)) {
      checkAll(source, 250, batches);
    }
  }

  @Test
  void aRecordOrderedTwiceComesTwice() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 100, 784, 1);
    try (TestSource source = TestSource.of(array)) {
      checkAll(
          source,
          4,
          List.of(new long[] {7, 7, 7, 99}, new long[] {99, 0, 7, 0}, new long[] {7, 7, 7, 7}));
    }
  }

  @Test
  void theOnlyRecordAndTheLastOneAreRead() {
    TestArray one = TestArray.random(directory.resolve("one.npy"), 1, 13, 1);
    TestArray many = TestArray.random(directory.resolve("many.npy"), 1001, 4099, 1);
    try (TestSource source = TestSource.of(one)) {
      checkAll(source, 1, List.of(new long[] {0}, new long[] {0}));
    }
    try (TestSource source = TestSource.of(many)) {
      checkAll(source, 2, List.of(new long[] {1000}, new long[] {0, 1000}));
    }
  }

  @Test
  void columnsOfDifferentSizesComeTogether() {
    TestArray images = TestArray.random(directory.resolve("images.npy"), 2000, 784, 1);
    TestArray labels = TestArray.random(directory.resolve("labels.npy"), 2000, 1, 2);
    TestArray masks = TestArray.random(directory.resolve("masks.npy"), 2000, 5000, 3);
    try (TestSource source = new TestSource()) {
      source.add("images", images).add("labels", labels).add("masks", masks);
      checkAll(source, 64, shuffled(2000, 64, 5));
    }
  }

  @Test
  void shardsAreOneColumn() {
    TestArray first = TestArray.random(directory.resolve("0.npy"), 700, 784, 1);
    TestArray empty = TestArray.random(directory.resolve("1.npy"), 0, 784, 2);
    TestArray last = TestArray.random(directory.resolve("2.npy"), 333, 784, 3);
    try (TestSource source = TestSource.of(first, empty, last, first)) {
      checkAll(source, 64, shuffled(1733, 64, 5));
    }
  }

  @Test
  void whatWasForgottenNeverComes() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 3000, 784, 1);
    try (TestSource source = TestSource.of(array);
        Gatherer gatherer = open(source, 100)) {
      for (int round = 0; round < 5; round++) {
        List<Slot> slots = source.slots(SLOTS, 100);
        for (Slot slot : slots) {
          order(gatherer, slot, shuffled(3000, 100, round).getFirst());
        }
        gatherer.drive(round, 0);
        gatherer.reset();
        assertThat(gatherer.ordered()).isZero();
        check(gatherer, source, slots, shuffled(3000, 100, 10 + round));
      }
    }
  }

  @Test
  void aFileThatWasCutShortFailsItsRecordsAndDeliversNothingStale() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 1000, 784, 1);
    try (TestSource source = TestSource.of(array);
        Gatherer gatherer = open(source, 4)) {
      List<Slot> slots = source.slots(2, 4);
      array.cutWithin(500);
      order(gatherer, slots.get(0), new long[] {3, 900, 4, 500});
      order(gatherer, slots.get(1), new long[] {1, 2, 3, 4});
      await(gatherer, 8);

      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> gatherer.take(4, slots.get(0)))
          .satisfies(e -> assertThat(e.path()).hasValue(array.path()))
          .satisfies(e -> assertThat(e.statusName()).hasValue("ENODATA"))
          .withMessageContaining(array.path().toString());
      assertThat(record(slots.get(0), 1, 784)).containsOnly(0);
      assertThat(record(slots.get(0), 3, 784)).containsOnly(0);
      assertThat(record(slots.get(0), 0, 784)).isIn(new byte[784], source.record(0, 3));
      checkNotStale(gatherer, source, slots.get(1));
      assertThat(gatherer.ordered()).isZero();
    }
  }

  /**
   * The file is not what it was: that may fail records that it still has, but never corrupt them.
   */
  private static void checkNotStale(Gatherer gatherer, TestSource source, Slot slot) {
    try {
      gatherer.take(4, slot);
      check(slot, source);
    } catch (PenstockException e) {
      assertThat(e.statusName()).hasValue("ENODATA");
    }
  }

  @Test
  void closingTwiceAndWithOrdersOnTheirWayIsAllowed() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 1000, 4096, 1);
    try (TestSource source = TestSource.of(array)) {
      Gatherer gatherer = open(source, 50);
      List<Slot> slots = source.slots(SLOTS, 50);
      for (Slot slot : slots) {
        order(gatherer, slot, shuffled(1000, 50, 1).getFirst());
      }
      gatherer.drive(0, 0);
      gatherer.close();
      gatherer.close();
    }
  }

  @Test
  void statisticsCountWhatWasTaken() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 1000, 784, 1);
    try (TestSource source = TestSource.of(array);
        Gatherer gatherer = open(source, 100)) {
      check(gatherer, source, source.slots(SLOTS, 100), shuffled(1000, 100, 1));
      Figures statistics = new Figures();
      gatherer.statistics(statistics);

      assertThat(statistics.counters.get(Statistic.RECORDS_READ)).isEqualTo(1000);
    }
  }

  // ---- helpers --------------------------------------------------------------------------------

  private void checkAll(TestSource source, int batchSize, List<long[]> batches) {
    try (Gatherer gatherer = open(source, batchSize)) {
      check(gatherer, source, source.slots(SLOTS, batchSize), batches);
    }
  }

  /** Orders as far ahead as there are slots, takes in order, compares. */
  private void check(Gatherer gatherer, TestSource source, List<Slot> slots, List<long[]> batches) {
    int ordered = 0;
    for (int taken = 0; taken < batches.size(); taken++) {
      while (ordered < batches.size() && ordered < taken + slots.size()) {
        order(gatherer, slots.get(ordered % slots.size()), batches.get(ordered));
        ordered++;
      }
      Slot slot = slots.get(taken % slots.size());
      int count = batches.get(taken).length;
      await(gatherer, count);
      if (hasCells()) {
        slot.indices().fill((byte) 0x55);
      }
      gatherer.take(count, slot);
      assertThat(slot.indices().toArray(ValueLayout.JAVA_LONG)).isEqualTo(batches.get(taken));
      check(slot, source);
      for (int c = 0; c < slot.columnCount(); c++) {
        slot.column(c).fill((byte) 0x55);
      }
    }
    assertThat(gatherer.ordered()).isZero();
  }

  private void order(Gatherer gatherer, Slot slot, long[] indices) {
    slot.assign(0, 0, indices.length, indices.length);
    MemorySegment.copy(indices, 0, slot.indices(), ValueLayout.JAVA_LONG, 0, indices.length);
    try (Arena scratch = Arena.ofConfined()) {
      // Indices are copied when they are ordered: what becomes of this segment does not matter.
      MemorySegment passed = scratch.allocateFrom(ValueLayout.JAVA_LONG, indices);
      gatherer.order(passed, indices.length, hasCells() ? null : slot);
    }
  }

  private static void await(Gatherer gatherer, int count) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (gatherer.ready() < count) {
      gatherer.drive(count, 1_000_000);
      assertThat(System.nanoTime()).as("records became ready in time").isLessThan(end);
    }
  }

  private static void check(Slot slot, TestSource source) {
    for (int c = 0; c < slot.columnCount(); c++) {
      int recordBytes = (int) source.columns.get(c).recordBytes();
      for (int i = 0; i < slot.size(); i++) {
        long index = slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i);
        byte[] expected = source.record(c, index);
        MemorySegment actual = slot.column(c).asSlice((long) i * recordBytes, recordBytes);
        long mismatch = actual.mismatch(MemorySegment.ofArray(expected));
        assertThat(mismatch).as("first wrong byte of record %d, column %d", index, c).isEqualTo(-1);
      }
    }
  }

  private static byte[] record(Slot slot, int i, int recordBytes) {
    return slot.column(0)
        .asSlice((long) i * recordBytes, recordBytes)
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /** All records once, in batches of which the last may be short. */
  private static List<long[]> shuffled(int count, int batchSize, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] indices = new long[count];
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(i + 1);
      indices[i] = indices[at];
      indices[at] = i;
    }
    List<long[]> batches = new ArrayList<>();
    for (int at = 0; at < count; at += batchSize) {
      batches.add(Arrays.copyOfRange(indices, at, Math.min(count, at + batchSize)));
    }
    return batches;
  }
}

package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.TestColumn;
import io.penstock.TestColumn.RecordKind;
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

  private final RecordKind kind;

  @TempDir Path directory;

  /** With records of one size, or of different sizes. */
  GathererContract(RecordKind kind) {
    this.kind = kind;
  }

  private TestColumn column(String name, int recordCount, int recordBytes, long seed) {
    return TestColumn.write(directory, name, recordCount, recordBytes, seed, kind);
  }

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
    TestColumn column = column("x", count, recordBytes, 1);
    try (TestSource source = TestSource.of(column)) {
      checkAll(source, batchSize, shuffled(count, batchSize, 2));
    }
  }

  @Test
  void neighboursAreReadAsWellAsStrangers() {
    TestColumn column = column("x", 4000, 784, 1);
    List<long[]> batches = new ArrayList<>();
    for (int first = 0; first < 4000; first += 250) {
      long[] batch = new long[250];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (long) first + i;
      }
      batches.add(batch);
    }
    try (TestSource source = TestSource.of(column)) {
      checkAll(source, 250, batches);
    }
  }

  @Test
  void aRecordOrderedTwiceComesTwice() {
    TestColumn column = column("x", 100, 784, 1);
    try (TestSource source = TestSource.of(column)) {
      checkAll(
          source,
          4,
          List.of(new long[] {7, 7, 7, 99}, new long[] {99, 0, 7, 0}, new long[] {7, 7, 7, 7}));
    }
  }

  @Test
  void theOnlyRecordAndTheLastOneAreRead() {
    TestColumn one = column("one", 1, 13, 1);
    TestColumn many = column("many", 1001, 4099, 1);
    try (TestSource source = TestSource.of(one)) {
      checkAll(source, 1, List.of(new long[] {0}, new long[] {0}));
    }
    try (TestSource source = TestSource.of(many)) {
      checkAll(source, 2, List.of(new long[] {1000}, new long[] {0, 1000}));
    }
  }

  @Test
  void columnsOfDifferentSizesComeTogether() {
    TestColumn images = column("images", 2000, 784, 1);
    TestColumn labels = TestColumn.write(directory, "labels", 2000, 1, 2, RecordKind.FIXED);
    TestColumn masks = column("masks", 2000, 5000, 3);
    try (TestSource source = new TestSource()) {
      source.add("images", images).add("labels", labels).add("masks", masks);
      checkAll(source, 64, shuffled(2000, 64, 5));
    }
  }

  @Test
  void shardsAreOneColumn() {
    TestColumn first = column("0", 700, 784, 1);
    TestColumn empty = column("1", 0, 784, 2);
    TestColumn last = column("2", 333, 784, 3);
    try (TestSource source = TestSource.of(first, empty, last, first)) {
      checkAll(source, 64, shuffled(1733, 64, 5));
    }
  }

  @Test
  void whatWasForgottenNeverComes() {
    TestColumn column = column("x", 3000, 784, 1);
    try (TestSource source = TestSource.of(column);
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
    TestColumn column = column("x", 1000, 784, 1);
    try (TestSource source = TestSource.of(column);
        Gatherer gatherer = open(source, 4)) {
      List<Slot> slots = source.slots(2, 4);
      column.cutWithin(500);
      order(gatherer, slots.get(0), new long[] {5, 900, 4, 500});
      order(gatherer, slots.get(1), new long[] {1, 2, 3, 4});
      await(gatherer, 8);

      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> gatherer.take(4, slots.get(0)))
          .satisfies(e -> assertThat(e.path()).hasValue(column.values().path()))
          .satisfies(e -> assertThat(e.statusName()).hasValue("ENODATA"))
          .withMessageContaining(column.values().path().toString());
      assertZeros(slots.get(0), 1, column.record(900).length);
      assertZeros(slots.get(0), 3, column.record(500).length);
      assertThat(record(slots.get(0), 0, 0))
          .isIn(new byte[column.record(5).length], column.record(5));
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
    TestColumn column = column("x", 1000, 4096, 1);
    try (TestSource source = TestSource.of(column)) {
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
    TestColumn column = column("x", 1000, 784, 1);
    try (TestSource source = TestSource.of(column);
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
      slot.memory().fill((byte) 0x55);
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
      for (int i = 0; i < slot.size(); i++) {
        long index = slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i);
        byte[] expected = source.record(c, index);
        assertThat(slot.recordBytes(c, i))
            .as("bytes of record %d", index)
            .isEqualTo(expected.length);
        MemorySegment actual = slot.memory().asSlice(slot.recordAt(c, i), expected.length);
        long mismatch = actual.mismatch(MemorySegment.ofArray(expected));
        assertThat(mismatch).as("first wrong byte of record %d, column %d", index, c).isEqualTo(-1);
      }
    }
  }

  private static byte[] record(Slot slot, int column, int i) {
    return slot.memory()
        .asSlice(slot.recordAt(column, i), slot.recordBytes(column, i))
        .toArray(ValueLayout.JAVA_BYTE);
  }

  private static void assertZeros(Slot slot, int i, int bytes) {
    assertThat(record(slot, 0, i)).isEqualTo(new byte[bytes]);
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

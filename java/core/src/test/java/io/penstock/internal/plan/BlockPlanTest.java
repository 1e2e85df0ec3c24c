package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.options.Readahead;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockPlanTest {
  private static final long RECORD_BYTES = 784;
  private static final long MI = 1 << 20;

  private static MemoryRequest request(
      long memoryBytes, long windowRecords, long epochRecords, int batchSize, String flags) {
    return new MemoryRequest(
        memoryBytes,
        RecordSizes.fixed(List.of(RECORD_BYTES)),
        epochRecords,
        epochRecords,
        epochRecords,
        windowRecords,
        batchSize,
        Readahead.parse(flags),
        true,
        RECORD_BYTES * batchSize,
        new ReaderNeeds.Native(
            2 * Readahead.parse(flags).maxReadBytes(),
            memory ->
                memory.stagingBytes()
                    + 16L * memory.entryCount()
                    + (RECORD_BYTES + 4) * memory.landing().cellCount()
                    + memory.residentBytes()
                    + 65_536));
  }

  private static BlockPlan plan(MemoryRequest request) {
    BlockPlan plan = BlockPlan.of(request).orElseThrow();
    assertThat(plan.slots().threadCount()).isOne();
    assertThat(plan.totalBytes()).isLessThanOrEqualTo(request.memoryBytes());
    assertThat(plan.windowRecords()).isGreaterThanOrEqualTo(request.windowRecords());
    return plan;
  }

  @Test
  void memoryForTwoWindowsIsAllSlots() {
    for (long mebibytes = 64; mebibytes <= 1024; mebibytes *= 2) {
      BlockPlan plan = plan(request(mebibytes * MI, 10_700, 10_000_000, 256, ""));
      assertThat(plan.reader().landing().cellCount()).isZero();
      long records = plan.slots().slotCount() * 256L;
      assertThat(plan.reader().entryCount()).isEqualTo(records);
      assertThat(records).isGreaterThan(2 * plan.windowRecords() + 2 * 256);
      assertThat(plan.slots().prefetchBatches()).isEqualTo(8);
      assertThat(plan.slots().slotCount()).isLessThanOrEqualTo(1024);
      assertThat(plan.reason())
          .isEqualTo(
              "reading whole blocks: windows of %d records, of which %.1f are held"
                  .formatted(plan.windowRecords(), (double) records / plan.windowRecords()));
    }
  }

  @Test
  void moreMemoryMakesLargerWindowsUpToALimit() {
    long before = 0;
    for (long mebibytes = 64; mebibytes <= 128; mebibytes += 16) {
      long window = plan(request(mebibytes * MI, 10_700, 10_000_000, 256, "")).windowRecords();
      assertThat(window).isGreaterThan(before);
      before = window;
    }
    assertThat(before * RECORD_BYTES).isBetween(58 * MI, 64 * MI);
    assertThat(plan(request(1 << 30, 10_700, 10_000_000, 256, "")).windowRecords() * RECORD_BYTES)
        .isBetween(63 * MI, 64 * MI);
  }

  @Test
  void memoryForOneWindowHasCells() {
    BlockPlan plan = plan(request(64 * MI, 50_000, 10_000_000, 256, ""));

    assertThat(plan.reader().landing().cellCount()).isGreaterThan(50_000);
    assertThat(plan.slots().slotCount()).isLessThan(16);
  }

  @Test
  void memoryForLessThanAWindowIsNoPlan() {
    assertThat(BlockPlan.of(request(64 * MI, 90_000, 10_000_000, 256, ""))).isEmpty();
  }

  @Test
  void moreBatchesThanCanHaveSlotsHaveCells() {
    assertThat(plan(request(64 * MI, 10_700, 10_000_000, 8, "")).reader().landing().cellCount())
        .isPositive();
  }

  /** What is kept over epochs are cells. */
  @Test
  void recordsThatAreKeptNeedCells() {
    assertThat(
            plan(request(256 * MI, 10_700, 10_000_000, 256, "cache=16m"))
                .reader()
                .landing()
                .cellCount())
        .isPositive();
  }

  /** Samplers keep what they derive for two epochs only. */
  @Test
  void notMoreThanAnEpochIsOrderedAhead() {
    for (long epoch = 20_000; epoch <= 500_000; epoch += 30_000) {
      BlockPlan plan = plan(request(256 * MI, 5_000, epoch, 256, ""));
      assertThat((long) plan.reader().entryCount())
          .as("epoch of %d", epoch)
          .isLessThanOrEqualTo(epoch);
    }
  }
}

package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.plan.MemoryPlan.Mode;
import io.penstock.options.Readahead;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowPlannerTest {
  private static final long RECORD_BYTES = 784;
  private static final long MI = 1 << 20;

  private static MemoryRequest request(
      long memoryBytes, long windowRecords, long epochRecords, int batchSize, String flags) {
    return new MemoryRequest(
        memoryBytes,
        List.of(RECORD_BYTES),
        epochRecords,
        epochRecords,
        windowRecords,
        batchSize,
        Readahead.parse(flags),
        true,
        false,
        RECORD_BYTES * batchSize,
        2 * Readahead.parse(flags).maxReadBytes(),
        (mode, staging, entries, cells, resident) ->
            staging + 16L * entries + (RECORD_BYTES + 4) * cells + resident + 65_536);
  }

  private static MemoryPlan plan(MemoryRequest request) {
    MemoryPlan plan = WindowPlanner.planOrNull(request);
    assertThat(plan.mode()).isEqualTo(Mode.WINDOWS);
    assertThat(plan.laneCount()).isOne();
    assertThat(plan.totalBytes()).isLessThanOrEqualTo(request.memoryBytes());
    assertThat(plan.windowRecords()).isGreaterThanOrEqualTo(request.windowRecords());
    return plan;
  }

  @Test
  void memoryForTwoWindowsIsAllSlots() {
    for (long mebibytes = 64; mebibytes <= 1024; mebibytes *= 2) {
      MemoryPlan plan = plan(request(mebibytes * MI, 10_700, 10_000_000, 256, ""));
      assertThat(plan.cellCount()).isZero();
      long records = plan.slotCount() * 256L;
      assertThat(plan.entryCount()).isEqualTo(records);
      assertThat(records).isGreaterThan(2 * plan.windowRecords() + 2 * 256);
      assertThat(plan.prefetchBatches()).isEqualTo(8);
      assertThat(plan.slotCount()).isLessThanOrEqualTo(1024);
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
    MemoryPlan plan = plan(request(64 * MI, 50_000, 10_000_000, 256, ""));

    assertThat(plan.cellCount()).isGreaterThan(50_000);
    assertThat(plan.slotCount()).isLessThan(16);
  }

  @Test
  void memoryForLessThanAWindowIsNoPlan() {
    assertThat(WindowPlanner.planOrNull(request(64 * MI, 90_000, 10_000_000, 256, ""))).isNull();
  }

  @Test
  void moreBatchesThanCanHaveSlotsHaveCells() {
    assertThat(plan(request(64 * MI, 10_700, 10_000_000, 8, "")).cellCount()).isPositive();
  }

  /** What is kept over epochs are cells. */
  @Test
  void recordsThatAreKeptNeedCells() {
    assertThat(plan(request(256 * MI, 10_700, 10_000_000, 256, "cache=16m")).cellCount())
        .isPositive();
  }

  /** Samplers keep what they derive for two epochs only. */
  @Test
  void notMoreThanAnEpochIsOrderedAhead() {
    for (long epoch = 20_000; epoch <= 500_000; epoch += 30_000) {
      MemoryPlan plan = plan(request(256 * MI, 5_000, epoch, 256, ""));
      assertThat((long) plan.entryCount()).as("epoch of %d", epoch).isLessThanOrEqualTo(epoch);
    }
  }
}

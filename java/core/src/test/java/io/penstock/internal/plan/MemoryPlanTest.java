package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.internal.plan.MemoryPlan.Mode;
import io.penstock.options.Readahead;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
  private static final long KI = 1 << 10;
  private static final long MI = 1 << 20;
  private static final long GI = 1 << 30;

  /** Sums up what a native reader takes, as it was asked about. */
  private static MemoryRequest request(
      long memoryBytes, long recordCount, int batchSize, String flags, Long... recordBytes) {
    long record = List.of(recordBytes).stream().mapToLong(Long::longValue).sum();
    return new MemoryRequest(
        memoryBytes,
        List.of(recordBytes),
        recordCount,
        recordCount,
        1,
        batchSize,
        Readahead.parse(flags),
        true,
        false,
        record * batchSize,
        2 * Readahead.parse(flags).maxReadBytes(),
        (mode, staging, entries, cells, resident) ->
            staging + 14L * entries + (record + 4L) * cells + resident + 64 * KI);
  }

  @Test
  void smallRecordsWithMemoryToSpareAreReadInWindows() {
    MemoryPlan plan = MemoryPlan.choose(request(2 * GI, 11_000_000, 256, "", 784L), null);

    assertThat(plan.mode()).isEqualTo(Mode.CELLS);
    assertThat((double) plan.entryCount() / plan.cellCount()).isBetween(1.5, 1.75);
    assertThat(plan.cellCount() * 784L).isBetween(GI, 2 * GI);
    assertThat(plan.totalBytes()).isBetween(2 * GI - 64 * KI, 2 * GI);
    assertThat(plan.reason())
        .startsWith("reading by windows: ")
        .contains(plan.entryCount() + " records");
  }

  @Test
  void largeRecordsAreReadOneByOne() {
    MemoryPlan plan = MemoryPlan.choose(request(2 * GI, 100_000, 16, "", MI), null);

    assertThat(plan.mode()).isEqualTo(Mode.SLOTS);
    assertThat(plan.cellCount()).isZero();
    assertThat(plan.slotCount()).isEqualTo(10);
    assertThat(plan.entryCount()).isEqualTo(160);
  }

  @Test
  void aWindowThatIsTooSmallForTheFileDoesNotPay() {
    MemoryPlan plan = MemoryPlan.choose(request(64 * MI, 1_000_000_000, 256, "", 784L), null);

    assertThat(plan.mode()).isEqualTo(Mode.SLOTS);
    assertThat(plan.reason()).startsWith("reading by batches: ").contains("8 batches ahead 14");
  }

  @Test
  void aSmallWindowPaysWhereAnEpochHasManySweeps() {
    MemoryPlan plan = MemoryPlan.choose(request(288 * MI, 2_097_151, 256, "", 4096L), null);

    assertThat(plan.mode()).isEqualTo(Mode.CELLS);
    assertThat(plan.cellCount()).isGreaterThan(60_000);
  }

  @Test
  void aMergeGapThatIsGivenSaysWhatARequestIsWorth() {
    for (String flags : List.of("", "mergeGap=44k,maxRead=128k", "mergeGap=1m")) {
      MemoryPlan plan = MemoryPlan.choose(request(128 * MI, 262_143, 256, flags, 4096L), null);
      assertThat(plan.mode()).as(flags).isEqualTo(Mode.CELLS);
    }
    MemoryPlan apart =
        MemoryPlan.choose(request(128 * MI, 262_143, 256, "mergeGap=0", 4096L), null);
    assertThat(apart.mode()).isEqualTo(Mode.SLOTS);
  }

  @Test
  void aWindowThatGainsLessThanItsFirstSweepCostsDoesNotPay() {
    MemoryRequest request = request(512 * MI, 131_071, 256, "", 16_384L);

    MemoryPlan windows = MemoryPlan.choose(request, Mode.CELLS);
    MemoryPlan plan = MemoryPlan.choose(request, null);

    assertThat(windows.mode()).isEqualTo(Mode.CELLS);
    assertThat(plan.mode()).isEqualTo(Mode.SLOTS);
  }

  @Test
  void sequentialOrdersAndMappedFilesNeedNoWindow() {
    MemoryRequest shuffled = request(2 * GI, 1_000_000, 256, "", 784L);

    assertThat(MemoryPlan.choose(with(shuffled, false, false), null).mode()).isEqualTo(Mode.SLOTS);
    MemoryPlan mapped = MemoryPlan.choose(with(shuffled, true, true), null);
    assertThat(mapped.mode()).isEqualTo(Mode.SLOTS);
    assertThat(mapped.totalBytes()).isEqualTo(mapped.slotMemoryBytes());
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 8, 17, 64, 300, 1024, 5000})
  void theBudgetIsNeverExceeded(long megabytes) {
    for (long recordBytes : new long[] {1, 784, 4096, 150_528}) {
      for (int batchSize : new int[] {1, 7, 256}) {
        for (String flags : new String[] {"", "ioThreads=3", "prefetchBatches=100"}) {
          MemoryRequest request =
              request(megabytes * MI, 10_000_000, batchSize, flags, recordBytes, 8L);
          List<Mode> modes = new ArrayList<>(List.of(Mode.values()));
          modes.add(null);
          for (Mode mode : modes) {
            checkBudget(request, mode);
          }
        }
      }
    }
  }

  private static void checkBudget(MemoryRequest request, Mode mode) {
    MemoryPlan plan;
    try {
      plan = MemoryPlan.choose(request, mode);
    } catch (IllegalArgumentException e) {
      long least = leastOf(e);
      assertThat(least).isGreaterThan(request.memoryBytes());
      return;
    }
    assertThat(plan.totalBytes()).isLessThanOrEqualTo(request.memoryBytes());
    long readers =
        request
            .reader()
            .of(
                plan.mode(),
                plan.stagingBytes(),
                plan.entryCount(),
                plan.cellCount(),
                plan.residentBytes());
    assertThat(plan.totalBytes()).isEqualTo(plan.slotMemoryBytes() + plan.laneCount() * readers);
    assertThat(plan.slotCount()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aBudgetThatIsTooSmallIsRefusedWithTheLeastThatDoes() {
    MemoryRequest tooSmall = request(MI, 1_000_000, 256, "", 150_528L);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryPlan.choose(tooSmall, null))
        .withMessageContaining("memoryBytes must be at least")
        .withMessageContaining("256 records of 150528 bytes")
        .withMessageContaining("was 1048576")
        .satisfies(
            e -> {
              long least = leastOf(e);
              MemoryPlan plan =
                  MemoryPlan.choose(request(least, 1_000_000, 256, "", 150_528L), null);
              assertThat(plan.totalBytes()).isEqualTo(least);
              assertThat(plan.slotCount()).isEqualTo(2);
              assertThatIllegalArgumentException()
                  .isThrownBy(
                      () ->
                          MemoryPlan.choose(
                              request(least - 1, 1_000_000, 256, "", 150_528L), null));
            });
  }

  @Test
  void fewerBatchesArePrefetchedWhenMemoryIsShortAndThatIsSaid() {
    MemoryPlan plan = MemoryPlan.choose(request(200 * MI, 1_000_000, 256, "", 150_528L), null);

    assertThat(plan.prefetchBatches()).isEqualTo(3);
    assertThat(plan.slotCount()).isEqualTo(5);
    assertThat(plan.reason()).startsWith("memoryBytes holds 3 of 8 prefetched batches");
  }

  @Test
  void smallColumnsAreKeptWhole() {
    MemoryPlan plan = MemoryPlan.choose(request(GI, 1_000_000, 256, "", 8L, 150_528L), null);

    assertThat(plan.residentBytes()).isEqualTo(8_000_000);
  }

  @Test
  void theLargestColumnIsNeverKeptWhole() {
    MemoryPlan plan = MemoryPlan.choose(request(GI, 1000, 256, "", 784L), null);

    assertThat(plan.residentBytes()).isZero();
  }

  @Test
  void columnsThatWouldFillTheBudgetAreNotKept() {
    MemoryPlan plan = MemoryPlan.choose(request(64 * MI, 100_000_000, 256, "", 8L, 784L), null);

    assertThat(plan.residentBytes()).isZero();
  }

  @Test
  void threadsShareTheMemory() {
    MemoryPlan plan = MemoryPlan.choose(request(GI, 100_000, 16, "ioThreads=4", MI), Mode.SLOTS);

    assertThat(plan.laneCount()).isEqualTo(4);
    assertThat(plan.slotCount()).isEqualTo(3);
    assertThat(plan.entryCount()).isEqualTo(48);
  }

  @Test
  void noMoreThanAnEpochIsKnownAhead() {
    MemoryPlan plan = MemoryPlan.choose(request(GI, 8000, 8, "", 784L), null);

    assertThat(plan.mode()).isEqualTo(Mode.CELLS);
    assertThat(plan.entryCount()).isBetween(7500, 8000);
    assertThat(plan.cellCount()).isEqualTo(8000 * 2 / 3);
  }

  @Test
  void aBatchFitsIntoTheCellsAsAWhole() {
    MemoryPlan plan = MemoryPlan.choose(request(GI, 10, 10, "", 100L), Mode.CELLS);

    assertThat(plan.mode()).isEqualTo(Mode.CELLS);
    assertThat(plan.cellCount()).isGreaterThan(4 * 10);
  }

  @Test
  void hugeNumbersDoNotOverflow() {
    MemoryRequest request = request(GI, 1L << 48, 1 << 28, "prefetchBatches=1000", 1L << 40);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryPlan.choose(request, null))
        .withMessageContaining("memoryBytes must be at least");
  }

  private static MemoryRequest with(MemoryRequest request, boolean shuffled, boolean mapped) {
    return new MemoryRequest(
        request.memoryBytes(),
        request.columnRecordBytes(),
        request.recordCount(),
        request.epochRecords(),
        request.windowRecords(),
        request.batchSize(),
        request.readahead(),
        shuffled,
        mapped,
        request.slotBytes(),
        request.leastStagingBytes(),
        request.reader());
  }

  private static long leastOf(Throwable failure) {
    Matcher matcher =
        Pattern.compile("memoryBytes must be at least ([0-9]+)").matcher(failure.getMessage());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}

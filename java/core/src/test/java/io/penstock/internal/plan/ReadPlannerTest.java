package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.options.Readahead;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadPlannerTest {
  private static final long KI = 1 << 10;
  private static final long MI = 1 << 20;
  private static final long GI = 1 << 30;

  /** Sums up what a native reader takes, as it was asked about. */
  private static MemoryRequest request(
      long memoryBytes, long recordCount, int batchSize, String flags, Long... recordBytes) {
    long record = List.of(recordBytes).stream().mapToLong(Long::longValue).sum();
    return new MemoryRequest(
        memoryBytes,
        RecordSizes.fixed(List.of(recordBytes)),
        recordCount,
        recordCount,
        recordCount,
        1,
        batchSize,
        Readahead.parse(flags),
        true,
        record * batchSize,
        new ReaderNeeds.Native(
            2 * Readahead.parse(flags).maxReadBytes(), memory -> readerBytes(memory, record)));
  }

  private static long readerBytes(ReaderMemory memory, long recordBytes) {
    return memory.stagingBytes()
        + 14L * memory.entryCount()
        + (recordBytes + 4L) * memory.landing().cellCount()
        + memory.residentBytes()
        + 64 * KI;
  }

  @Test
  void smallRecordsWithMemoryToSpareAreReadInWindows() {
    ReadPlan plan =
        ReadPlanner.choose(request(2 * GI, 11_000_000, 256, "", 784L), PreferredPlan.CHEAPEST);

    assertThat(plan).isInstanceOf(SweepPlan.class);
    assertThat((double) plan.reader().entryCount() / plan.reader().landing().cellCount())
        .isBetween(1.5, 1.75);
    assertThat(plan.reader().landing().cellCount() * 784L).isBetween(GI, 2 * GI);
    assertThat(plan.totalBytes()).isBetween(2 * GI - 64 * KI, 2 * GI);
    assertThat(plan.reason())
        .startsWith("reading by windows: ")
        .contains(plan.reader().entryCount() + " records");
  }

  @Test
  void largeRecordsAreReadOneByOne() {
    ReadPlan plan =
        ReadPlanner.choose(request(2 * GI, 100_000, 16, "", MI), PreferredPlan.CHEAPEST);

    assertThat(plan).isInstanceOf(BatchPlan.class);
    assertThat(plan.reader().landing().cellCount()).isZero();
    assertThat(plan.slots().slotCount()).isEqualTo(10);
    assertThat(plan.reader().entryCount()).isEqualTo(160);
  }

  @Test
  void aWindowThatIsTooSmallForTheFileDoesNotPay() {
    ReadPlan plan =
        ReadPlanner.choose(request(64 * MI, 1_000_000_000, 256, "", 784L), PreferredPlan.CHEAPEST);

    assertThat(plan).isInstanceOf(BatchPlan.class);
    assertThat(plan.reason()).startsWith("reading by batches: ").contains("8 batches ahead 14");
  }

  @Test
  void aSmallWindowPaysWhereAnEpochHasManySweeps() {
    ReadPlan plan =
        ReadPlanner.choose(request(288 * MI, 2_097_151, 256, "", 4096L), PreferredPlan.CHEAPEST);

    assertThat(plan).isInstanceOf(SweepPlan.class);
    assertThat(plan.reader().landing().cellCount()).isGreaterThan(60_000);
  }

  /** The first sweep, which is larger with more memory, is not paid by each epoch. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void moreMemoryIsNoReasonToReadRecordsOneByOne(int part) {
    ReadPlan plan =
        ReadPlanner.choose(
            request(2 * GI / part, 212_398, 256, "", 10_111L), PreferredPlan.CHEAPEST);

    assertThat(plan).isInstanceOf(SweepPlan.class);
  }

  @Test
  void aMergeGapThatIsGivenSaysWhatARequestIsWorth() {
    for (String flags : List.of("", "mergeGap=44k,maxRead=128k", "mergeGap=1m")) {
      ReadPlan plan =
          ReadPlanner.choose(request(128 * MI, 262_143, 256, flags, 4096L), PreferredPlan.CHEAPEST);
      assertThat(plan).as(flags).isInstanceOf(SweepPlan.class);
    }
    ReadPlan apart =
        ReadPlanner.choose(
            request(128 * MI, 262_143, 256, "mergeGap=0", 4096L), PreferredPlan.CHEAPEST);
    assertThat(apart).isInstanceOf(BatchPlan.class);
  }

  @Test
  void aWindowThatGainsLessThanItsFirstSweepCostsDoesNotPay() {
    MemoryRequest request = request(512 * MI, 131_071, 256, "", 16_384L);

    ReadPlan windows = ReadPlanner.choose(request, PreferredPlan.SWEEP);
    ReadPlan plan = ReadPlanner.choose(request, PreferredPlan.CHEAPEST);

    assertThat(windows).isInstanceOf(SweepPlan.class);
    assertThat(plan).isInstanceOf(BatchPlan.class);
  }

  @Test
  void sequentialOrdersAndMappedFilesNeedNoWindow() {
    MemoryRequest shuffled = request(2 * GI, 1_000_000, 256, "", 784L);

    MemoryRequest ascending = with(shuffled, false, shuffled.needs());
    assertThat(ReadPlanner.choose(ascending, PreferredPlan.CHEAPEST)).isInstanceOf(BatchPlan.class);
    ReadPlan mapped =
        ReadPlanner.choose(with(shuffled, true, new ReaderNeeds.Mapped()), PreferredPlan.CHEAPEST);
    assertThat(mapped).isInstanceOf(BatchPlan.class);
    assertThat(mapped.totalBytes()).isEqualTo(mapped.slots().totalBytes());
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 8, 17, 64, 300, 1024, 5000})
  void theBudgetIsNeverExceeded(long megabytes) {
    for (long recordBytes : new long[] {1, 784, 4096, 150_528}) {
      for (int batchSize : new int[] {1, 7, 256}) {
        for (String flags : new String[] {"", "ioThreads=3", "prefetchBatches=100"}) {
          MemoryRequest request =
              request(megabytes * MI, 10_000_000, batchSize, flags, recordBytes, 8L);
          for (PreferredPlan preferred : PreferredPlan.values()) {
            checkBudget(request, preferred);
          }
        }
      }
    }
  }

  private static void checkBudget(MemoryRequest request, PreferredPlan preferred) {
    ReadPlan plan;
    try {
      plan = ReadPlanner.choose(request, preferred);
    } catch (IllegalArgumentException e) {
      long least = leastOf(e);
      assertThat(least).isGreaterThan(request.memoryBytes());
      return;
    }
    assertThat(plan.totalBytes()).isLessThanOrEqualTo(request.memoryBytes());
    long ofReader = readerBytes(plan.reader(), request.sizes().sum());
    assertThat(plan.totalBytes())
        .isEqualTo(plan.slots().totalBytes() + plan.slots().threadCount() * ofReader);
    assertThat(plan.slots().slotCount()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aBudgetThatIsTooSmallIsRefusedWithTheLeastThatDoes() {
    MemoryRequest tooSmall = request(MI, 1_000_000, 256, "", 150_528L);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadPlanner.choose(tooSmall, PreferredPlan.CHEAPEST))
        .withMessageContaining("memoryBytes must be at least")
        .withMessageContaining("256 records of 150528 bytes")
        .withMessageContaining("was 1048576")
        .satisfies(
            e -> {
              long least = leastOf(e);
              ReadPlan plan =
                  ReadPlanner.choose(
                      request(least, 1_000_000, 256, "", 150_528L), PreferredPlan.CHEAPEST);
              assertThat(plan.totalBytes()).isEqualTo(least);
              assertThat(plan.slots().slotCount()).isEqualTo(2);
              assertThatIllegalArgumentException()
                  .isThrownBy(
                      () ->
                          ReadPlanner.choose(
                              request(least - 1, 1_000_000, 256, "", 150_528L),
                              PreferredPlan.CHEAPEST));
            });
  }

  @Test
  void fewerBatchesArePrefetchedWhenMemoryIsShortAndThatIsSaid() {
    ReadPlan plan =
        ReadPlanner.choose(request(200 * MI, 1_000_000, 256, "", 150_528L), PreferredPlan.CHEAPEST);

    assertThat(plan.slots().prefetchBatches()).isEqualTo(3);
    assertThat(plan.slots().slotCount()).isEqualTo(5);
    assertThat(plan.reason()).startsWith("memoryBytes holds 3 of 8 prefetched batches");
  }

  @Test
  void smallColumnsAreKeptWhole() {
    ReadPlan plan =
        ReadPlanner.choose(request(GI, 1_000_000, 256, "", 8L, 150_528L), PreferredPlan.CHEAPEST);

    assertThat(plan.reader().residentBytes()).isEqualTo(8_000_000);
  }

  @Test
  void theLargestColumnIsNeverKeptWhole() {
    ReadPlan plan = ReadPlanner.choose(request(GI, 1000, 256, "", 784L), PreferredPlan.CHEAPEST);

    assertThat(plan.reader().residentBytes()).isZero();
  }

  @Test
  void columnsThatWouldFillTheBudgetAreNotKept() {
    ReadPlan plan =
        ReadPlanner.choose(
            request(64 * MI, 100_000_000, 256, "", 8L, 784L), PreferredPlan.CHEAPEST);

    assertThat(plan.reader().residentBytes()).isZero();
  }

  @Test
  void threadsShareTheMemory() {
    ReadPlan plan =
        ReadPlanner.choose(request(GI, 100_000, 16, "ioThreads=4", MI), PreferredPlan.BATCHES);

    assertThat(plan.slots().threadCount()).isEqualTo(4);
    assertThat(plan.slots().slotCount()).isEqualTo(3);
    assertThat(plan.reader().entryCount()).isEqualTo(48);
  }

  /** Each further one would go over all of the files by itself, with a part of the memory. */
  @Test
  void oneThreadSweepsHoweverManyCopyForIt() {
    SweepPlan one =
        (SweepPlan) ReadPlanner.choose(request(GI, 10_000_000, 256, "", 784L), PreferredPlan.SWEEP);
    SweepPlan four =
        (SweepPlan)
            ReadPlanner.choose(
                request(GI, 10_000_000, 256, "ioThreads=4", 784L), PreferredPlan.SWEEP);

    assertThat(four).isEqualTo(one);
    assertThat(four.slots().threadCount()).isOne();
    assertThat(four.reader().isReadByOneThread()).isTrue();
  }

  @Test
  void noMoreThanAnEpochIsKnownAhead() {
    ReadPlan plan = ReadPlanner.choose(request(GI, 8000, 8, "", 784L), PreferredPlan.CHEAPEST);

    assertThat(plan).isInstanceOf(SweepPlan.class);
    assertThat(plan.reader().entryCount()).isBetween(7500, 8000);
    assertThat(plan.reader().landing().cellCount()).isEqualTo(8000 * 2 / 3);
  }

  @Test
  void aBatchFitsIntoTheCellsAsAWhole() {
    ReadPlan plan = ReadPlanner.choose(request(GI, 10, 10, "", 100L), PreferredPlan.SWEEP);

    assertThat(plan).isInstanceOf(SweepPlan.class);
    assertThat(plan.reader().landing().cellCount()).isGreaterThan(4 * 10);
  }

  @Test
  void hugeNumbersDoNotOverflow() {
    MemoryRequest request = request(GI, 1L << 48, 1 << 28, "prefetchBatches=1000", 1L << 40);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadPlanner.choose(request, PreferredPlan.CHEAPEST))
        .withMessageContaining("memoryBytes must be at least");
  }

  private static MemoryRequest with(MemoryRequest request, boolean shuffled, ReaderNeeds needs) {
    return new MemoryRequest(
        request.memoryBytes(),
        request.sizes(),
        request.recordCount(),
        request.reachRecords(),
        request.epochRecords(),
        request.windowRecords(),
        request.batchSize(),
        request.readahead(),
        shuffled,
        request.slotBytes(),
        needs);
  }

  private static long leastOf(Throwable failure) {
    Matcher matcher =
        Pattern.compile("memoryBytes must be at least ([0-9]+)").matcher(failure.getMessage());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}

package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.TestColumn.RecordKind;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShare;
import io.penstock.job.Remainder;
import io.penstock.options.Shuffle;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.LimitedSampler;
import io.penstock.sampler.Mixture;
import io.penstock.sampler.RepeatedSampler;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Split;
import io.penstock.sampler.SubsetSampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders of whole blocks are delivered exactly, and read as whole blocks. */
@Timeout(300)
@NamesNativeWays
@ParameterizedClass
@EnumSource
class BlockReadingTest {
  private static final int RECORDS = 200_003;
  private static final int RECORD_BYTES = 784;
  private static final int BLOCK = 500;
  private static final int BATCH = 96;

  @TempDir static Path directory;
  private static TestColumn column;

  private final RecordKind kind;

  BlockReadingTest(RecordKind kind) {
    this.kind = kind;
  }

  /** Once for each kind, as it is large. */
  @BeforeEach
  void write() {
    if (column == null || column.isFixed() != (kind == RecordKind.FIXED)) {
      column = TestColumn.write(directory, kind.name(), RECORDS, RECORD_BYTES, 1, kind);
    }
  }

  @AfterAll
  static void forget() {
    column = null;
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  private static List<Sampler> samplers() {
    Sampler blocks = new BlockShuffle(RECORDS, BLOCK, 8, 3);
    Split split = Split.byFraction(RECORDS, 0.25, 1);
    Sampler half = new BlockShuffle(RECORDS / 2, BLOCK, 4, 1);
    Sampler rest = new FullShuffle(RECORDS - RECORDS / 2, 1);
    return List.of(
        blocks,
        new SubsetSampler(
            split.validation(), new BlockShuffle(split.validation().size(), 70, 3, 2)),
        new LimitedSampler(blocks, 30_001),
        new RepeatedSampler(new LimitedSampler(blocks, 9_999), 3),
        new Mixture(List.of(half, rest), new double[] {3, 1}, 40_000, 5),
        new BlockShuffle(RECORDS, 1, 3, 1),
        new BlockShuffle(RECORDS, RECORDS, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void blocksAreDeliveredInTheOrderOfTheSampler(Way way) {
    try (Dataset dataset = column.open()) {
      for (Sampler sampler : samplers()) {
        RankShare share = Partition.whole(BATCH).share(new LimitedSampler(sampler, 20_000));
        try (Loader loader =
            way.loader(dataset).batchSize(BATCH).sampler(share.sampler()).build()) {
          for (Epoch epoch : loader.epochsFrom(1).limit(2)) {
            long batches = 0;
            for (Batch batch : epoch) {
              check(batch, share, batches++);
            }
            assertThat(batches).isEqualTo(share.batchCount());
          }
        }
      }
    }
  }

  private static void check(Batch batch, RankShare share, long number) {
    for (int i = 0; i < batch.size(); i++) {
      long index = share.sampler().index(batch.epoch(), share.position(number, i));
      assertThat(batch.index(i)).isEqualTo(index);
      assertThat(Arrays.equals(column.record(batch, i), column.record(index))).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void everyBlockIsReadOnceInLargeRequests(Way way) {
    if (way.flags().contains("mmap") || way.plan() == PreferredPlan.BATCHES) {
      return;
    }
    checkWholeBlocks(read(way, 96L << 20, 0, 1), 96L << 20);
    // Windows in cells: too little memory for slots.
    checkWholeBlocks(read(way, 32L << 20, 0, 1), 32L << 20);
  }

  @Test
  void aBatchIsReplayed() {
    try (Dataset dataset = column.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(BATCH)
                .memoryBytes(96L << 20)
                .shuffle(Shuffle.BLOCK)
                .blockRecords(BLOCK)
                .windowBlocks(6)
                .replay(true)
                .build()) {
      RankShare share = Partition.whole(BATCH).share(loader.sampler());
      long batches = 0;
      for (Batch batch : loader.epoch(0)) {
        check(batch, share, 0);
        if (++batches == 100) {
          break;
        }
      }
      assertThat(batches).isEqualTo(100);
      assertThat(loader.statistics().io().bytesWanted()).isLessThan(20L * BATCH * RECORD_BYTES);
    }
  }

  /** Then the next window cannot end, and its first records are read one by one. */
  @ParameterizedTest
  @ValueSource(strings = {"backend=uring", "backend=pread"})
  void aConsumerMayKeepMoreBatchesThanAWindowHas(String flags) {
    assumeTrue(
        kind == RecordKind.FIXED,
        "windows of records that differ in size lie in cells, and there are few slots");
    Way way = new Way(flags, null);
    List<Batch> kept = new ArrayList<>();
    int[] batches = {0};
    LoaderStatistics statistics =
        read(
            way,
            96L << 20,
            0,
            1,
            batch -> {
              batches[0]++;
              if (kept.size() < 700) {
                kept.add(batch.retain());
              } else if (batches[0] == 1400) {
                kept.forEach(Batch::close);
              }
            });
    assertThat(statistics.method().reason()).contains("reading whole blocks: windows of ");
    assertThat(statistics.records()).isEqualTo(RECORDS);
    assertThat(kept).hasSize(700);
  }

  /** What a trainer is: all that is read ahead waits for it. */
  @ParameterizedTest
  @MethodSource("ways")
  void aSlowConsumerChangesNothing(Way way) {
    if (way.flags().contains("mmap") || way.plan() == PreferredPlan.BATCHES) {
      return;
    }
    for (long memoryBytes : new long[] {96L << 20, 32L << 20}) {
      LoaderStatistics statistics =
          read(
              way,
              memoryBytes,
              0,
              1,
              batch -> {
                if (batch.index(0) % 8 == 0) {
                  LockSupport.parkNanos(2_000_000);
                }
              });
      checkWholeBlocks(statistics, memoryBytes);
    }
  }

  private static void checkWholeBlocks(LoaderStatistics statistics, long memoryBytes) {
    assertThat(statistics.records()).isEqualTo(RECORDS);
    double bytes = column.bytes();
    // Blocks are 392 kB: beside the wanted bytes there is a sector at both ends of a request.
    assertThat(statistics.io().bytesRead() / bytes).isBetween(0.999, 1.02);
    assertThat(statistics.io().bytesRead() / statistics.io().requests()).isGreaterThan(200_000);
    assertThat(statistics.method().reason()).contains("reading whole blocks: windows of ");
    assertThat(statistics.memoryBytes()).isLessThanOrEqualTo(memoryBytes);
  }

  /** 20 windows a rank, as Partition promises. */
  @Test
  void aRankReadsLittleMoreThanItsShare() {
    Way way = new Way("backend=pread,io=buffered", PreferredPlan.SWEEP);
    for (int rank = 0; rank < 3; rank++) {
      LoaderStatistics statistics = read(way, 16L << 20, rank, 3);
      double share = statistics.bytes();
      assertThat(statistics.records()).isBetween(RECORDS / 3L - BATCH, RECORDS / 3L + BATCH);
      assertThat(statistics.method().reason()).contains("reading whole blocks");
      assertThat(statistics.io().bytesRead() / share).as("rank %d", rank).isBetween(0.999, 1.1);
    }
  }

  private LoaderStatistics read(Way way, long memoryBytes, int rank, int worldSize) {
    return read(way, memoryBytes, rank, worldSize, batch -> {});
  }

  private LoaderStatistics read(
      Way way, long memoryBytes, int rank, int worldSize, Consumer<Batch> consumer) {
    try (Dataset dataset = column.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(BATCH)
                .memoryBytes(memoryBytes)
                .shuffle(Shuffle.BLOCK)
                .blockRecords(BLOCK)
                .windowBlocks(6)
                .rank(rank, worldSize)
                .remainder(Remainder.KEEP)
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.unpaddedSize()).isEqualTo(batch.size());
        consumer.accept(batch);
      }
      return loader.statistics();
    }
  }

  @Test
  void memoryForLessThanAWindowChangesTheSpeedAndNothingElse() {
    Way way = new Way("backend=pread,io=buffered", null);
    try (Dataset dataset = column.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(BATCH)
                .memoryBytes(16 << 20)
                .sampler(new LimitedSampler(new BlockShuffle(RECORDS, BLOCK, 64, 3), 40_000))
                .build()) {
      assertThat(loader.reason())
          .contains("memoryBytes holds no window of 32000 records, so blocks are read in pieces");
      RankShare share = Partition.whole(BATCH).share(loader.sampler());
      long batches = 0;
      for (Batch batch : loader.epoch(0)) {
        check(batch, share, batches++);
      }
      assertThat(batches).isEqualTo(share.batchCount());
    }
  }

  @Test
  void unlessSetABlockIsTwoMebibytesAndAWindowHas64() {
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().shuffle(Shuffle.BLOCK).seed(4).build()) {
      assertThat(loader.sampler().description())
          .isEqualTo(
              "block/1;blockRecords=%d;windowBlocks=64"
                  .formatted((2 << 20) / dataset.recordBytes()));
      assertThat(loader.sampler().seed()).isEqualTo(4);
    }
  }
}

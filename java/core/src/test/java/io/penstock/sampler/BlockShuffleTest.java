package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/** The block shuffle: the contract of all samplers, and what is special about blocks. */
class BlockShuffleTest extends SamplerTest {
  static Stream<Arguments> samplers() {
    return Stream.of(
        of("small blocks", n -> new BlockShuffle(n, 7, 3, 20_261)),
        of("blocks of one", n -> new BlockShuffle(n, 1, 1, 5)),
        of("large blocks", n -> new BlockShuffle(n, 4096, 64, -1)),
        of("one window", n -> new BlockShuffle(n, 64, Integer.MAX_VALUE, 9)),
        of("one block", n -> new BlockShuffle(n, 1L << 48, 2, 3)));
  }

  private static Arguments of(String name, LongFunction<Sampler> make) {
    return Arguments.of(name, make);
  }

  @Test
  void everySizeUpTo2000IsAPermutationThatIsInvertible() {
    int[][] options = {{1, 1}, {1, 7}, {2, 3}, {10, 4}, {16, 1}, {100, 8}, {1_999, 2}};
    for (int size = 1; size <= 2_000; size++) {
      long[] places = new long[size];
      for (int[] option : options) {
        BlockShuffle sampler = new BlockShuffle(size, option[0], option[1], size);
        Arrays.fill(places, -1);
        long[] order = filled(sampler, size % 5, 0, size);
        for (int i = 0; i < size; i++) {
          if (places[(int) order[i]] != -1) {
            throw new AssertionError("record %d of %s again".formatted(order[i], sampler));
          }
          places[(int) order[i]] = i;
        }
        for (int i = 0; i < size; i += 13) {
          if (sampler.position(size % 5, i) != places[i]) {
            throw new AssertionError("position of record %d of %s".formatted(i, sampler));
          }
        }
      }
    }
  }

  @Test
  void ordersAreThoseOfListsThatAreCutAndShuffled() {
    int[][] options = {{16, 4}, {100, 10}, {333, 3}, {7, 1}, {1, 50}, {5_000, 2}, {20_000, 5}};
    for (int size : new int[] {1, 2, 99, 1_000, 10_007}) {
      for (int[] option : options) {
        BlockShuffle sampler = new BlockShuffle(size, option[0], option[1], 11);
        for (long epoch = 0; epoch < 3; epoch++) {
          long[] expected =
              BlockWindows.windows(sampler, epoch).stream().flatMapToLong(LongStream::of).toArray();
          // Twice: the second time with the tables of windows that were asked for before.
          assertThat(filled(sampler, epoch, 0, size)).isEqualTo(expected);
          assertThat(filled(sampler, epoch, 0, size)).isEqualTo(expected);
        }
      }
    }
  }

  /** Hashes of small windows are computed record by record, of larger ones looked up. */
  @Test
  void windowsOfAnySizeAreFilledAsTheirRecordsAreAskedFor() {
    int[][] options = {
      {1 << 20, 15}, {1 << 20, 16}, {1 << 25, 1}, {3225, 5}, {3277, 5}, {1, 70_000}
    };
    for (int[] option : options) {
      BlockShuffle sampler = new BlockShuffle(200_000_000, option[0], option[1], 17);
      for (int times = 0; times < 2; times++) {
        for (long position : new long[] {0, 3, 1_000_000, 199_999_700}) {
          long[] filled = filled(sampler, 5, position, 300);
          for (int i = 0; i < filled.length; i++) {
            assertThat(filled[i]).as("%s", sampler).isEqualTo(sampler.index(5, position + i));
          }
        }
      }
    }
  }

  @Test
  void windowsAreMadeOfAFewRunsOfTheFile() {
    for (int[] option : new int[][] {{16, 4}, {100, 10}, {333, 3}, {7, 1}}) {
      BlockShuffle sampler = new BlockShuffle(10_007, option[0], option[1], 12);
      long position = 0;
      for (long[] window : BlockWindows.windows(sampler, 2)) {
        long[] records = filled(sampler, 2, position, window.length);
        Arrays.sort(records);
        long runs = 1;
        for (int i = 1; i < records.length; i++) {
          runs += records[i] == records[i - 1] + 1 ? 0 : 1;
        }
        // One more where a block goes on at the start of the file.
        assertThat(runs).as("%s", sampler).isLessThanOrEqualTo(option[1] + 1);
        assertThat((long) window.length).isLessThanOrEqualTo(sampler.windowRecords());
        position += window.length;
      }
    }
  }

  @Test
  void aWindowIsNeverLargerThanSaid() {
    assertThat(new BlockShuffle(1_000, 10, 4, 0).windowRecords()).isEqualTo(40);
    assertThat(new BlockShuffle(39, 10, 4, 0).windowRecords()).isEqualTo(39);
    assertThat(new BlockShuffle(40, 10, 4, 0).windowRecords()).isEqualTo(40);
    assertThat(new BlockShuffle(0, 10, 4, 0).windowRecords()).isEqualTo(1);
    assertThat(new BlockShuffle(1L << 48, 1L << 48, Integer.MAX_VALUE, 0).windowRecords())
        .isEqualTo(1L << 48);
  }

  /** Blocks that begin everywhere: over many epochs no two neighbours are always together. */
  @Test
  void boundariesOfBlocksMoveWithTheEpoch() {
    int size = 60;
    int blockRecords = 10;
    BlockShuffle sampler = new BlockShuffle(size, blockRecords, 1, 3);
    long[] apart = new long[size - 1];
    for (long epoch = 0; epoch < 6_000; epoch++) {
      for (int i = 0; i < apart.length; i++) {
        long window = sampler.position(epoch, i) / blockRecords;
        apart[i] += window == sampler.position(epoch, i + 1) / blockRecords ? 0 : 1;
      }
    }
    // Six of sixty gaps are cut in each epoch, each with probability 1/10: binomial.
    for (int i = 0; i < apart.length; i++) {
      assertAccepted(Score.normal("gap " + i, (double) apart[i], 600, 6_000 * 0.1 * 0.9));
    }
  }

  @Test
  void everyRecordIsEquallyLikelyEverywhere() {
    for (int[] option : new int[][] {{37, 5, 2}, {40, 8, 1}, {23, 3, 4}, {10, 7, 1}, {65, 64, 1}}) {
      int size = option[0];
      int[] positions = {0, 1, size / 2, size - 1};
      for (boolean byEpoch : new boolean[] {false, true}) {
        long[][] counts = new long[positions.length][size];
        for (int i = 0; i < 200 * size; i++) {
          BlockShuffle sampler = new BlockShuffle(size, option[1], option[2], byEpoch ? 7 : i);
          for (int p = 0; p < positions.length; p++) {
            counts[p][(int) sampler.index(byEpoch ? i : 0, positions[p])]++;
          }
        }
        for (int p = 0; p < positions.length; p++) {
          String name = "%s position %d".formatted(Arrays.toString(option), positions[p]);
          assertAccepted(Score.equalCounts(name, counts[p]));
        }
      }
    }
  }

  /** Of one window, it is an exact shuffle like any other. */
  @Test
  void oneWindowLooksUniform() {
    OrderFamily family =
        (size, seed, epoch, position, count) ->
            filled(new BlockShuffle(size, 5, 1 << 20, seed), epoch, position, count);
    OrderBattery.run(family).forEach(BlockShuffleTest::assertAccepted);
  }

  /** Orders within windows, as those of epochs: windows of an epoch in a row, and of epochs. */
  @Test
  void ordersOfDifferentWindowsLookUnrelated() {
    OrderFamily family =
        (size, seed, epoch, position, count) -> {
          long[] order = new long[count];
          long key = FeistelNetwork.mix(seed);
          new KeyedPermutation(size, KeyChain.label("block1:r"), 1, 2, 3)
              .fill(
                  FeistelNetwork.mix(key + epoch * FeistelNetwork.GAMMA),
                  position,
                  MemorySegment.ofArray(order),
                  0,
                  count);
          return order;
        };
    OrderBattery.run(family).stream()
        // Sizes do not change the keys here, as they do in the sampler.
        .filter(score -> !score.name().equals("neighbours by size"))
        .forEach(BlockShuffleTest::assertAccepted);
  }

  private static void assertAccepted(Score score) {
    assertThat(score.deviations())
        .as(score.name())
        .isBetween(-OrderBattery.LIMIT, OrderBattery.LIMIT);
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockShuffle(10, 0, 4, 0))
        .withMessage("blockRecords must be from 1 to 2^48, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockShuffle(10, (1L << 48) + 1, 4, 0))
        .withMessage("blockRecords must be from 1 to 2^48, was 281474976710657");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockShuffle(10, 4, 0, 0))
        .withMessage("windowBlocks must be at least 1, was 0");
  }

  @Test
  void optionsAndSeedsChangeTheOrder() {
    List<long[]> orders = new ArrayList<>();
    for (long seed : new long[] {0, 1, -1}) {
      for (int[] option : new int[][] {{10, 4}, {10, 5}, {11, 4}}) {
        for (long epoch : new long[] {0, 1, Long.MAX_VALUE}) {
          orders.add(filled(new BlockShuffle(1_000, option[0], option[1], seed), epoch, 0, 1_000));
        }
      }
    }
    assertThat(orders.stream().map(Arrays::toString).distinct()).hasSameSizeAs(orders);
  }

  @Test
  void itDescribesItself() {
    BlockShuffle sampler = new BlockShuffle(1_000, 10, 4, 7);
    assertThat(sampler.description()).isEqualTo("block/1;blockRecords=10;windowBlocks=4");
    assertThat(sampler.seed()).isEqualTo(7);
    assertThat(sampler.recordCount()).isEqualTo(1_000);
    assertThat(sampler)
        .hasToString("BlockShuffle[recordCount=1000, blockRecords=10, windowBlocks=4, seed=7]");
  }

  @Test
  void threadsThatReadDifferentWindowsAtOnceGetTheRightOnes() throws Exception {
    BlockShuffle shared = new BlockShuffle(100_000, 100, 10, 4);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      int first = thread;
      tasks.add(
          () -> {
            BlockShuffle own = new BlockShuffle(100_000, 100, 10, 4);
            boolean isSame = true;
            for (long i = 0; i < 4_000; i++) {
              long epoch = (first + i) % 3;
              long position = FeistelNetwork.mix(i / 8 * 4 + first) >>> 48;
              isSame &=
                  Arrays.equals(
                      filled(shared, epoch, position, 300), filled(own, epoch, position, 300));
            }
            return isSame;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<Boolean> isSame : threads.invokeAll(tasks)) {
        assertThat(isSame.get()).isTrue();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } finally {
      threads.shutdown();
    }
  }
}

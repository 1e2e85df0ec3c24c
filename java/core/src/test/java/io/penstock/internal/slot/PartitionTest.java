package io.penstock.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.internal.job.Positions;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.BlockWindows;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Sharing an epoch: nobody reads what another reads, all read everything, whoever goes on. */
class PartitionTest {
  private static List<Sampler> samplers(int size) {
    return List.of(new Sequential(size), new FullShuffle(size, 5), new BlockShuffle(size, 7, 3, 5));
  }

  private static List<RankShare> shares(
      Sampler sampler, int worldSize, int batchSize, Remainder remainder, Positions delivered) {
    List<RankShare> shares = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      shares.add(new Partition(rank, worldSize, batchSize, remainder).share(sampler, delivered));
    }
    return shares;
  }

  private static long[] filled(RankShare share, long epoch, long batch) {
    long[] indices = new long[share.size(batch)];
    share.fill(epoch, batch, MemorySegment.ofArray(indices));
    return indices;
  }

  @Test
  void ranksNeverOverlapAndTheirUnionIsTheEpoch() {
    for (int worldSize = 1; worldSize <= 17; worldSize++) {
      for (int batchSize : new int[] {1, 3, 8, 50}) {
        for (int size : new int[] {0, 1, 2, 16, 17, 18, 100, 257, 408}) {
          for (Sampler sampler : samplers(size)) {
            for (Remainder remainder : Remainder.values()) {
              assertDealt(
                  sampler, shares(sampler, worldSize, batchSize, remainder, Positions.NONE));
            }
          }
        }
      }
    }
  }

  private static void assertDealt(Sampler sampler, List<RankShare> shares) {
    Partition partition = shares.getFirst().partition();
    String name = partition + " of " + sampler;
    int worldSize = partition.worldSize();
    int batchSize = partition.batchSize();
    int[] counts = new int[(int) sampler.positionCount()];
    long real = 0;
    for (RankShare share : shares) {
      for (long batch = 0; batch < share.batchCount(); batch++) {
        long[] indices = filled(share, 3, batch);
        for (int i = 0; i < indices.length; i++) {
          if (indices[i] != sampler.index(3, share.position(batch, i))) {
            throw new AssertionError("batch %d at %d, %s".formatted(batch, i, name));
          }
          // Padding repeats what is delivered anyway: not counted, but it must be a record.
          counts[(int) indices[i]] += i < share.recordCount(batch) ? 1 : 0;
        }
        real += share.recordCount(batch);
        boolean isLast = batch == shares.getFirst().stepCount() - 1;
        if (!isLast || partition.remainder() != Remainder.KEEP) {
          assertThat(indices.length).as(name).isEqualTo(batchSize);
        }
      }
    }
    assertThat(Arrays.stream(counts).max().orElse(0)).as(name).isLessThanOrEqualTo(1);
    long whole = sampler.positionCount() / ((long) worldSize * batchSize) * worldSize * batchSize;
    assertThat(real)
        .as(name)
        .isEqualTo(partition.remainder() == Remainder.DROP ? whole : sampler.positionCount());
    assertEvenlyDealt(shares, name);
  }

  private static void assertEvenlyDealt(List<RankShare> shares, String name) {
    long most = shares.getFirst().batchCount();
    assertThat(shares.getFirst().stepCount()).as(name).isEqualTo(most);
    boolean mayDiffer = shares.getFirst().partition().remainder() == Remainder.KEEP;
    int least = Integer.MAX_VALUE;
    for (RankShare share : shares) {
      assertThat(share.batchCount()).as(name).isBetween(most - (mayDiffer ? 1 : 0), most);
      least = Math.min(least, most == 0 ? 0 : share.recordCount(most - 1));
    }
    assertThat(most == 0 ? 0 : shares.getFirst().recordCount(most - 1))
        .as(name)
        .isBetween(least, least + 1);
  }

  @Test
  void afterTheSameNumberOfBatchesAllRanksKnowTheSame() {
    for (int worldSize : new int[] {1, 2, 3, 5}) {
      for (Sampler sampler : samplers(101)) {
        for (Remainder remainder : Remainder.values()) {
          List<RankShare> shares =
              shares(sampler, worldSize, 4, remainder, Positions.of(3, 9, 20, 21, 50, 80));
          for (long batches = 0; batches <= shares.getFirst().stepCount() + 1; batches++) {
            Positions expected = Positions.of(3, 9, 20, 21, 50, 80);
            for (RankShare share : shares) {
              for (long batch = 0; batch < Math.min(batches, share.batchCount()); batch++) {
                for (int i = 0; i < share.recordCount(batch); i++) {
                  long position = share.position(batch, i);
                  assertThat(expected.contains(position)).isFalse();
                  expected = united(expected, position);
                }
              }
            }
            for (RankShare share : shares) {
              assertThat(share.deliveredAfter(batches)).isEqualTo(expected);
            }
          }
        }
      }
    }
  }

  private static Positions united(Positions positions, long position) {
    long[] bounds = Arrays.copyOf(positions.bounds(), positions.bounds().length + 2);
    bounds[bounds.length - 2] = position;
    bounds[bounds.length - 1] = position + 1;
    return Positions.of(bounds);
  }

  /** One process, then three, then two, each with batches of its own size: from anybody's state. */
  @Test
  void aJobGoesOnWithAnyOtherNumberOfRanksFromTheStateOfAny() {
    int[][] jobs = {{1, 6}, {3, 5}, {2, 7}};
    for (int size : new int[] {97, 150}) {
      for (Sampler sampler : samplers(size)) {
        for (long first = 0; first <= 5; first++) {
          for (long second = 0; second <= 5; second++) {
            assertEachOnce(sampler, jobs, new long[] {first, second, Long.MAX_VALUE});
          }
        }
      }
    }
  }

  private static void assertEachOnce(Sampler sampler, int[][] jobs, long[] batches) {
    int[] counts = new int[(int) sampler.positionCount()];
    LoaderState state = LoaderState.of("f".repeat(64), sampler, 1);
    for (int job = 0; job < jobs.length && state.epoch() == 1; job++) {
      List<RankShare> shares =
          shares(
              sampler, jobs[job][0], jobs[job][1], Remainder.KEEP, Positions.of(state.delivered()));
      TreeSet<String> states = new TreeSet<>();
      for (RankShare share : shares) {
        for (long batch = 0; batch < Math.min(batches[job], share.batchCount()); batch++) {
          for (long index : filled(share, state.epoch(), batch)) {
            counts[(int) index]++;
          }
        }
        Positions delivered = share.deliveredAfter(batches[job]);
        states.add(LoaderState.of("f".repeat(64), sampler, 1, delivered.bounds()).toString());
      }
      assertThat(states).hasSize(1);
      state = LoaderState.parse(states.first());
    }
    assertThat(counts).as("%s, %s", sampler, Arrays.toString(batches)).containsOnly(1);
  }

  /** What was delivered to a job that takes parts of each step is always a prefix of the order. */
  @Test
  void aFullShuffleIsDeliveredFromTheFrontByAnyJob() {
    Sampler sampler = new FullShuffle(1_000_000_000_000L, 1);
    Partition partition = new Partition(2, 3, 256, Remainder.KEEP);
    Positions delivered = partition.share(sampler).deliveredAfter(1_000_000_000L);
    assertThat(delivered).isEqualTo(Positions.upTo(768_000_000_000L));
    RankShare share = new Partition(1, 2, 100, Remainder.KEEP).share(sampler, delivered);
    assertThat(share.position(0, 0)).isEqualTo(768_000_000_100L);
    assertThat(share.position(1, 99)).isEqualTo(768_000_000_399L);
    assertThat(share.stepCount()).isEqualTo(232_000_000_000L / 200);
  }

  @Test
  void ranksOfABlockShuffleReadLittleMoreThanTheirShare() {
    int size = 200_000;
    for (int[] option : new int[][] {{100, 10}, {64, 16}, {250, 2}}) {
      for (int worldSize : new int[] {1, 2, 3, 5, 8}) {
        BlockShuffle sampler = new BlockShuffle(size, option[0], option[1], 3);
        List<long[]> windows = BlockWindows.windows(sampler, 0);
        assertThat(windows.size()).as("windows of a rank").isGreaterThan(20 * worldSize);
        double fair = (double) size / worldSize;
        for (RankShare share : shares(sampler, worldSize, 32, Remainder.KEEP, Positions.NONE)) {
          // Windows are read as a whole: nothing less could be read in large requests.
          long read = 0;
          long start = 0;
          for (long[] window : windows) {
            long first = share.position(0, 0);
            long last = share.position(share.batchCount() - 1, 0);
            read += start + window.length > first && start <= last + 31 ? window.length : 0;
            start += window.length;
          }
          assertThat(read / fair).as("%s of %s", share, sampler).isBetween(1.0, 1.1);
        }
      }
    }
  }

  /** From a state of another job: at most one more window for each stretch that was left. */
  @Test
  void ranksOfABlockShuffleGoOnInStretches() {
    BlockShuffle sampler = new BlockShuffle(200_000, 100, 10, 3);
    Positions delivered =
        new Partition(0, 3, 64, Remainder.KEEP).share(sampler).deliveredAfter(500);
    assertThat(delivered).hasToString("0-32000,66667-98667,133334-165334");
    for (int rank = 0; rank < 2; rank++) {
      RankShare share = new Partition(rank, 2, 48, Remainder.KEEP).share(sampler, delivered);
      TreeSet<Long> windows = new TreeSet<>();
      long records = 0;
      for (long batch = 0; batch < share.batchCount(); batch++) {
        for (int i = 0; i < share.size(batch); i++) {
          windows.add(share.position(batch, i) / 1_000);
          records++;
        }
      }
      assertThat(records).isEqualTo(52_000);
      assertThat(windows.size()).isLessThanOrEqualTo(52 + 4);
    }
  }

  @Test
  void paddingRepeatsTheLastBatch() {
    RankShare share = new Partition(1, 2, 4, Remainder.PAD).share(new Sequential(11));
    assertThat(filled(share, 0, 1)).containsExactly(10, 10, 10, 10);
    assertThat(share.recordCount(1)).isEqualTo(1);
    RankShare first = new Partition(0, 2, 4, Remainder.PAD).share(new Sequential(11));
    assertThat(filled(first, 0, 1)).containsExactly(8, 9, 8, 9);
    // Without a leftover of its own: those of the others.
    RankShare last = new Partition(2, 3, 4, Remainder.PAD).share(new Sequential(14));
    assertThat(filled(last, 0, 1)).containsExactly(12, 13, 12, 13);
    assertThat(last.recordCount(1)).isZero();
  }

  @Test
  void paddingOfABlockShuffleCostsARankNoOtherBlock() {
    BlockShuffle sampler = new BlockShuffle(1_003, 10, 2, 1);
    for (RankShare share : shares(sampler, 4, 16, Remainder.PAD, Positions.NONE)) {
      long last = share.batchCount() - 1;
      for (int i = share.recordCount(last); i < share.size(last); i++) {
        assertThat(share.position(last, i))
            .isBetween(share.position(last, 0), share.position(last, share.recordCount(last) - 1));
      }
    }
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partition(3, 3, 1, Remainder.KEEP))
        .withMessage("rank must be from 0 to worldSize - 1 = 2, was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partition(-1, 3, 1, Remainder.KEEP))
        .withMessage("rank must be from 0 to worldSize - 1 = 2, was -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partition(0, 0, 1, Remainder.KEEP))
        .withMessage("worldSize must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partition(0, 1, 0, Remainder.KEEP))
        .withMessage("batchSize must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Partition.whole(4).share(new Sequential(10), Positions.of(3, 11)))
        .withMessage("delivered positions must be below the 10 of an epoch, were up to 11");
  }

  @Test
  void batchesThatThereAreNotAreRefused() {
    RankShare share = Partition.whole(4).share(new Sequential(10));
    assertThat(share.batchCount()).isEqualTo(3);
    long[] indices = {-1, -1, -1, -1};
    MemorySegment segment = MemorySegment.ofArray(indices);
    assertOutOfBounds(() -> share.fill(0, 3, segment));
    assertOutOfBounds(() -> share.fill(0, -1, segment));
    assertOutOfBounds(() -> share.fill(0, 0, segment.asSlice(8)));
    assertOutOfBounds(() -> share.position(2, 2));
    assertThat(share.size(7)).isZero();
    assertThat(indices).containsOnly(-1);
  }

  private static void assertOutOfBounds(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
  }
}

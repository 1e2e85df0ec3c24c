package io.penstock.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.internal.job.Positions;
import io.penstock.job.LoaderState;
import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.LimitedSampler;
import io.penstock.sampler.RepeatedSampler;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import io.penstock.sampler.WeightedSampler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Ranks by place, against a plain model: what ranks by position get, sorted and cut. */
class PlaceTest {
  private static final long EPOCH = 3;

  /** A record of a step. */
  private record Item(long index, long position) {}

  private static List<Sampler> samplers(int size) {
    double[] weights = new double[size];
    for (int i = 0; i < size; i++) {
      weights[i] = i % 7 == 0 ? 50 : 1; // Many records come several times in a step.
    }
    List<Sampler> samplers =
        new ArrayList<>(
            List.of(
                new Sequential(size), new FullShuffle(size, 5), new BlockShuffle(size, 7, 3, 5)));
    if (size > 0) {
      samplers.add(new WeightedSampler(size, weights, 2L * size, 4));
      samplers.add(Sampler.of(size, LongStream.range(0, size).map(i -> i % 3 % size).toArray()));
      samplers.add(new RepeatedSampler(new FullShuffle(size, 9), 2));
      samplers.add(new LimitedSampler(new FullShuffle(size, 2), (size + 1) / 2));
    }
    return samplers;
  }

  private static List<RankShares> job(
      Sampler sampler, int worldSize, int batchSize, Remainder remainder, RankBy by, Positions at) {
    LoaderState state =
        LoaderState.of("00", sampler.description(), sampler.seed(), EPOCH, at.bounds());
    List<RankShares> shares = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      shares.add(
          RankShares.of(new Partition(rank, worldSize, batchSize, remainder, by), sampler, state));
    }
    return shares;
  }

  /** What a reading thread fills its slots with: records and their positions, batch by batch. */
  private static List<List<Item>> batches(RankShares shares, Arena arena) {
    IndexSource source = IndexSource.of(shares, arena);
    BatchCursor cursor = new BatchCursor(shares);
    List<List<Item>> batches = new ArrayList<>();
    cursor.seek(EPOCH, EPOCH + 1);
    while (cursor.hasNext()) {
      long[] indices = new long[cursor.size()];
      source.fill(cursor, MemorySegment.ofArray(indices));
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < indices.length; i++) {
        items.add(new Item(indices[i], position(cursor, source, i)));
      }
      batches.add(items);
      cursor.advance(1);
    }
    return batches;
  }

  private static long position(BatchCursor cursor, IndexSource source, int i) {
    return source.stepOffsets().length == 0
        ? cursor.share().position(cursor.batch(), i)
        : cursor.share().stepPosition(cursor.batch(), source.stepOffsets()[i]);
  }

  @Test
  void aRankGetsItsSliceOfWhatTheGroupGetsByPosition() {
    SplittableRandom random = new SplittableRandom(1);
    List<Remainder> remainders = List.of(Remainder.values());
    int cases = 0;
    for (int worldSize = 1; worldSize <= 17; worldSize++) {
      for (int batchSize : new int[] {1, 3, 8, 50}) {
        for (int size : new int[] {0, 1, 2, 17, 100, 257}) {
          for (Sampler sampler : samplers(size)) {
            Remainder remainder = remainders.get(random.nextInt(3));
            RankBy by =
                random.nextBoolean() ? RankBy.PLACE : RankBy.placeInGroups(1 + random.nextInt(6));
            Positions at = random.nextBoolean() ? Positions.NONE : some(random, sampler);
            assertSlices(sampler, worldSize, batchSize, remainder, by, at);
            cases++;
          }
        }
      }
    }
    assertThat(cases).isGreaterThan(2000);
  }

  private static Positions some(SplittableRandom random, Sampler sampler) {
    long[] bounds = random.longs(6, 0, sampler.positionCount() + 1).sorted().toArray();
    return Positions.of(bounds);
  }

  private static void assertSlices(
      Sampler sampler, int worldSize, int batchSize, Remainder remainder, RankBy by, Positions at) {
    String name =
        "%d ranks, batches of %d, %s, %s, %s after %s"
            .formatted(worldSize, batchSize, remainder, by, sampler, at);
    List<RankShares> positions = job(sampler, worldSize, batchSize, remainder, RankBy.POSITION, at);
    List<RankShares> places = job(sampler, worldSize, batchSize, remainder, by, at);
    try (Arena arena = Arena.ofConfined()) {
      List<List<List<Item>>> byPosition = positions.stream().map(s -> batches(s, arena)).toList();
      List<List<List<Item>>> byPlace = places.stream().map(s -> batches(s, arena)).toList();
      for (int rank = 0; rank < worldSize; rank++) {
        RankShare share = places.get(rank).of(EPOCH);
        assertThat(byPlace.get(rank)).as(name).hasSameSizeAs(byPosition.get(rank));
        for (int step = 0; step < byPlace.get(rank).size(); step++) {
          int real = share.recordCount(step);
          List<Item> expected = slice(positions, byPosition, by, rank, step);
          List<Item> found = byPlace.get(rank).get(step);
          assertThat(found.subList(0, real)).as(name).isEqualTo(expected);
          assertThat(found).as(name).hasSameSizeAs(byPosition.get(rank).get(step));
          assertPadded(sampler, byPosition, found, real, step, name);
        }
        for (long batches = 0; batches <= share.stepCount() + 1; batches++) {
          assertThat(share.deliveredAfter(batches))
              .as(name)
              .isEqualTo(positions.get(rank).of(EPOCH).deliveredAfter(batches));
        }
      }
    }
  }

  /** The plain model. */
  private static List<Item> slice(
      List<RankShares> positions,
      List<List<List<Item>>> byPosition,
      RankBy by,
      int rank,
      int step) {
    int first = rank / by.groupRanks() * by.groupRanks();
    List<Item> group = new ArrayList<>();
    int before = 0;
    int own = 0;
    for (int i = first; i < Math.min(positions.size(), first + by.groupRanks()); i++) {
      int real = positions.get(i).of(EPOCH).recordCount(step);
      if (step < byPosition.get(i).size()) {
        group.addAll(byPosition.get(i).get(step).subList(0, real));
      }
      before += i < rank ? real : 0;
      own += i == rank ? real : 0;
    }
    group.sort(Comparator.comparingLong(Item::index).thenComparingLong(Item::position));
    List<Item> slice = new ArrayList<>(group.subList(before, before + own));
    slice.sort(Comparator.comparingLong(Item::position));
    return slice;
  }

  /** Padding repeats records of the batch, or of the same step if it has none. */
  private static void assertPadded(
      Sampler sampler,
      List<List<List<Item>>> byPosition,
      List<Item> found,
      int real,
      int step,
      String name) {
    for (int i = real; i < found.size(); i++) {
      Item item = found.get(i);
      if (real > 0) {
        assertThat(item).as(name).isEqualTo(found.get(i % real));
      } else {
        assertThat(byPosition.stream().flatMap(rank -> rank.get(step).stream())).contains(item);
      }
      assertThat(sampler.index(EPOCH, item.position)).as(name).isEqualTo(item.index);
    }
  }

  @Test
  void eachRankReadsAPartOfItsOwn() {
    Sampler sampler = new FullShuffle(1_000_000_000_000L, 1);
    try (Arena arena = Arena.ofConfined()) {
      for (int rank = 0; rank < 4; rank++) {
        RankShares shares =
            RankShares.of(
                new Partition(rank, 4, 4096, Remainder.KEEP, RankBy.PLACE), sampler, null);
        IndexSource source = IndexSource.of(shares, arena);
        BatchCursor cursor = new BatchCursor(shares);
        cursor.seek(0, 1);
        long[] indices = new long[4096];
        for (int i = 0; i < 3; i++) {
          source.fill(cursor, MemorySegment.ofArray(indices));
          cursor.advance(1_000_000);
          // Three standard deviations of the quartiles of 16,384 numbers are about 1 percent.
          assertThat(Arrays.stream(indices).min().orElseThrow() / 1e12)
              .isBetween(rank * 0.25 - 0.02, rank * 0.25 + 0.02);
          assertThat(Arrays.stream(indices).max().orElseThrow() / 1e12)
              .isBetween((rank + 1) * 0.25 - 0.02, (rank + 1) * 0.25 + 0.02);
          // A batch is not sorted: its records come in the order of the epoch.
          assertThat(Arrays.stream(indices).boxed().toList())
              .isNotEqualTo(Arrays.stream(indices).sorted().boxed().toList());
        }
      }
    }
  }

  /** Three ranks, then two, then four, by place and by position in turn, from anybody's state. */
  @Test
  void aJobGoesOnWithOtherRanksAndInTheOtherWay() {
    int[][] jobs = {{3, 5}, {2, 7}, {4, 3}};
    List<RankBy> ways = List.of(RankBy.PLACE, RankBy.POSITION, RankBy.placeInGroups(2));
    for (int size : new int[] {97, 150}) {
      for (Sampler sampler : samplers(size).subList(0, 3)) {
        for (int turn = 0; turn < 9; turn++) {
          for (int first = 0; first <= 4; first++) {
            for (int second = 0; second <= 4; second++) {
              List<RankBy> turns =
                  List.of(ways.get(turn % 3), ways.get(turn / 3), ways.get((turn + first) % 3));
              assertEachOnce(sampler, jobs, turns, new int[] {first, second, Integer.MAX_VALUE});
            }
          }
        }
      }
    }
  }

  private static void assertEachOnce(
      Sampler sampler, int[][] jobs, List<RankBy> ways, int[] batches) {
    int[] counts = new int[(int) sampler.recordCount()];
    Positions delivered = Positions.NONE;
    for (int job = 0; job < jobs.length; job++) {
      TreeSet<String> states = new TreeSet<>();
      List<RankShares> shares =
          job(sampler, jobs[job][0], jobs[job][1], Remainder.KEEP, ways.get(job), delivered);
      try (Arena arena = Arena.ofConfined()) {
        for (RankShares share : shares) {
          batches(share, arena).stream()
              .limit(batches[job])
              .forEach(batch -> batch.forEach(item -> counts[(int) item.index]++));
          states.add(share.of(EPOCH).deliveredAfter(batches[job]).toString());
        }
      }
      assertThat(states).hasSize(1);
      delivered = shares.getFirst().of(EPOCH).deliveredAfter(batches[job]);
    }
    assertThat(counts).as("%s, %s, %s", sampler, ways, Arrays.toString(batches)).containsOnly(1);
  }

  @Test
  void groupsAreOfNeighboursAndTheLastMayBeSmaller() {
    Partition last = new Partition(8, 9, 4, Remainder.KEEP, RankBy.placeInGroups(4));
    assertThat(last.firstOfGroup()).isEqualTo(8);
    assertThat(last.groupSize()).isOne();
    assertThat(last.isByPlace()).isFalse();
    Partition middle = new Partition(6, 9, 4, Remainder.KEEP, RankBy.placeInGroups(4));
    assertThat(middle.firstOfGroup()).isEqualTo(4);
    assertThat(middle.groupSize()).isEqualTo(4);
    assertThat(middle.placeShare()).isEqualTo(0.5);
    assertThat(new Partition(6, 9, 4, Remainder.KEEP, RankBy.PLACE).groupSize()).isEqualTo(9);
    assertThat(new Partition(6, 900, 4, Remainder.KEEP, RankBy.PLACE).groupSize()).isEqualTo(64);
  }

  @Test
  void groupsOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RankBy.placeInGroups(0))
        .withMessage("rankGroup must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partition(0, 64, 1 << 28, Remainder.KEEP, RankBy.PLACE))
        .withMessageContaining("must be at most 2147483639, was 17179869184")
        .withMessageContaining("give a smaller rankGroup");
  }
}

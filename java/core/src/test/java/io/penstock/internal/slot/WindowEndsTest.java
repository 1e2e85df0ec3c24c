package io.penstock.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.LimitedSampler;
import io.penstock.sampler.RepeatedSampler;
import io.penstock.sampler.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Windows end where their last record was ordered, in the middle of batches and between them. */
class WindowEndsTest {
  private final List<Long> ends = new ArrayList<>();
  private long ordered;

  /** Orders some epochs; returns how many records had been ordered when each window ended. */
  private List<Long> ends(RankShares shares, long epochs, long windowRecords) {
    ends.clear();
    ordered = 0;
    WindowEnds windows =
        new WindowEnds(shares.sampler(), windowRecords, later -> ends.add(ordered - later));
    BatchCursor cursor = new BatchCursor(shares);
    cursor.seek(0, epochs);
    while (cursor.hasNext()) {
      ordered += cursor.size();
      windows.ordered(cursor);
      cursor.advance(1);
    }
    return ends;
  }

  private static RankShares whole(Sampler sampler, int batchSize) {
    return RankShares.of(Partition.whole(batchSize), sampler, null);
  }

  @Test
  void windowsEndWhereThoseOfTheSamplerDo() {
    for (int batchSize : new int[] {1, 7, 40, 200}) {
      for (int size : new int[] {1, 99, 100, 101, 1000}) {
        Sampler sampler = new BlockShuffle(size, 10, 3, 5);
        TreeSet<Long> expected = new TreeSet<>();
        for (long position = 0; position < size; position++) {
          expected.add(sampler.windowEnd(0, position));
          expected.add(size + sampler.windowEnd(1, position));
        }
        assertThat(ends(whole(sampler, batchSize), 2, sampler.windowRecords()))
            .as("%d records in batches of %d", size, batchSize)
            .containsExactlyElementsOf(expected);
      }
    }
  }

  @Test
  void aWindowIsMadeOfWholeBlocks() {
    Sampler sampler = new BlockShuffle(1003, 10, 4, 5);
    for (long position = 0; position < 1003; position = sampler.windowEnd(0, position)) {
      TreeSet<Long> blocks = new TreeSet<>();
      long end = sampler.windowEnd(0, position);
      for (long i = position; i < end; i++) {
        blocks.add(sampler.index(0, i));
        assertThat(sampler.windowEnd(0, i)).isEqualTo(end);
      }
      // Runs of records that follow each other: no more than blocks, and one that wraps around.
      long runs = blocks.stream().filter(index -> !blocks.contains(index - 1)).count();
      assertThat(runs).isBetween(1L, 5L);
    }
  }

  @Test
  void smallWindowsAreJoined() {
    Sampler sampler = new BlockShuffle(1000, 10, 1, 5);
    assertThat(ends(whole(sampler, 7), 1, 55))
        .allMatch(end -> end % 10 == 0)
        .hasSize(20)
        .endsWith(1000L);
  }

  @Test
  void limitedAndRepeatedOrdersEndTheirWindowsEarlier() {
    Sampler sampler = new LimitedSampler(new BlockShuffle(1000, 10, 3, 5), 100);
    assertThat(ends(whole(sampler, 32), 1, 30)).contains(100L).endsWith(100L);
    assertThat(ends(whole(new RepeatedSampler(sampler, 3), 32), 1, 30))
        .contains(100L, 200L)
        .endsWith(300L);
  }

  @Test
  void whatWasDeliveredBeforeIsNotCounted() {
    Sampler sampler = new BlockShuffle(100, 10, 3, 5);
    long first = sampler.windowEnd(0, 0);
    long second = sampler.windowEnd(0, first);
    LoaderState state = LoaderState.of("00", "x", 0, 0, 0, 5, first + 3, second - 2);
    assertThat(ends(RankShares.of(Partition.whole(7), sampler, state), 1, 30))
        .startsWith(first - 5, first - 5 + 3 + 2);
  }

  @Test
  void paddingBelongsToTheLastWindow() {
    Partition partition = new Partition(1, 2, 16, Remainder.PAD);
    RankShares shares = RankShares.of(partition, new BlockShuffle(105, 10, 3, 5), null);
    assertThat(ends(shares, 1, 30)).endsWith(64L);
  }

  @Test
  void anOrderWithoutWindowsEndsAtEveryRecordOfAWindowOfOne() {
    Sampler sampler = new FullShuffle(10, 1);
    assertThat(ends(whole(sampler, 4), 1, 1)).hasSize(10);
  }
}

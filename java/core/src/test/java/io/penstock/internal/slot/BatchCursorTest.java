package io.penstock.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.job.Positions;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchCursorTest {
  @Test
  void lastBatchOfEachEpochIsShort() {
    BatchCursor cursor = cursor(10, 4);
    cursor.seek(3, 5);

    assertThat(walk(cursor, 1))
        .containsExactly("3:0+4", "3:4+4", "3:8+2 last", "4:0+4", "4:4+4", "4:8+2 last");
  }

  @Test
  void batchesThatFitExactlyAreNotShort() {
    BatchCursor cursor = cursor(8, 4);
    cursor.seek(0, 1);

    assertThat(walk(cursor, 1)).containsExactly("0:0+4", "0:4+4 last");
  }

  @Test
  void readingThreadsShareTheBatches() {
    BatchCursor even = cursor(10, 4);
    BatchCursor odd = cursor(10, 4);
    even.seek(0, 2);
    odd.seek(0, 2);
    odd.advance(1);

    assertThat(walk(even, 2)).containsExactly("0:0+4", "0:8+2 last", "1:4+4");
    assertThat(walk(odd, 2)).containsExactly("0:4+4", "1:0+4", "1:8+2 last");
  }

  @Test
  void anEpochWithoutRecordsHasNoBatch() {
    BatchCursor cursor = cursor(0, 4);
    cursor.seek(0, 1000);

    assertThat(cursor.hasNext()).isFalse();
  }

  @Test
  void aNewCursorHasNoBatch() {
    assertThat(cursor(10, 4).hasNext()).isFalse();
  }

  @Test
  void recordsBeyondTheRangeOfAnIntAreCounted() {
    BatchCursor cursor = cursor((1L << 40) + 1, 1 << 28);
    cursor.seek(0, 1);
    cursor.advance(1 << 12);

    assertThat(cursor.share().position(cursor.batch(), 0)).isEqualTo(1L << 40);
    assertThat(cursor.size()).isEqualTo(1);
    assertThat(cursor.isLastOfEpoch()).isTrue();
  }

  @Test
  void theEpochOfTheStateBeginsBehindWhatWasDelivered() {
    BatchCursor cursor = resumed(10, 4, 3, Positions.upTo(6));
    cursor.seek(2, 5);

    assertThat(walk(cursor, 1))
        .containsExactly(
            "2:0+4", "2:4+4", "2:8+2 last", "3:6+4 last", "4:0+4", "4:4+4", "4:8+2 last");
  }

  @Test
  void anEpochOfWhichNothingIsLeftIsPassedOver() {
    Sampler sampler = new Sequential(10);
    LoaderState state = LoaderState.of("00", sampler.description(), 0, 3, 0, 9);
    Partition partition = new Partition(0, 2, 4, Remainder.DROP);
    BatchCursor cursor = new BatchCursor(RankShares.of(partition, sampler, state));
    cursor.seek(3, 5);

    assertThat(walk(cursor, 1)).containsExactly("4:0+4 last");
  }

  @Test
  void aRankWalksOverItsOwnBatches() {
    Partition partition = new Partition(1, 3, 4, Remainder.PAD);
    BatchCursor cursor = new BatchCursor(RankShares.of(partition, new Sequential(14), null));
    cursor.seek(0, 2);

    assertThat(walk(cursor, 1)).containsExactly("0:4+4", "0:13+4 last", "1:4+4", "1:13+4 last");
  }

  private static BatchCursor cursor(long recordCount, int batchSize) {
    return new BatchCursor(
        RankShares.of(Partition.whole(batchSize), new Sequential(recordCount), null));
  }

  private static BatchCursor resumed(
      long recordCount, int batchSize, long epoch, Positions delivered) {
    Sampler sampler = new Sequential(recordCount);
    LoaderState state = LoaderState.of("00", sampler.description(), 0, epoch, delivered.bounds());
    return new BatchCursor(RankShares.of(Partition.whole(batchSize), sampler, state));
  }

  private static List<String> walk(BatchCursor cursor, int step) {
    List<String> seen = new ArrayList<>();
    while (cursor.hasNext()) {
      String last = cursor.isLastOfEpoch() ? " last" : "";
      long position = cursor.share().position(cursor.batch(), 0);
      seen.add(cursor.epoch() + ":" + position + "+" + cursor.size() + last);
      cursor.advance(step);
    }
    return seen;
  }
}

package io.penstock.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchCursorTest {
  @Test
  void lastBatchOfEachEpochIsShort() {
    BatchCursor cursor = new BatchCursor(10, 4);
    cursor.seek(3, 5);

    assertThat(walk(cursor, 1))
        .containsExactly("3:0+4", "3:4+4", "3:8+2 last", "4:0+4", "4:4+4", "4:8+2 last");
  }

  @Test
  void batchesThatFitExactlyAreNotShort() {
    BatchCursor cursor = new BatchCursor(8, 4);
    cursor.seek(0, 1);

    assertThat(walk(cursor, 1)).containsExactly("0:0+4", "0:4+4 last");
  }

  @Test
  void lanesShareTheBatchesBetweenThem() {
    BatchCursor even = new BatchCursor(10, 4);
    BatchCursor odd = new BatchCursor(10, 4);
    even.seek(0, 2);
    odd.seek(0, 2);
    odd.advance(1);

    assertThat(walk(even, 2)).containsExactly("0:0+4", "0:8+2 last", "1:4+4");
    assertThat(walk(odd, 2)).containsExactly("0:4+4", "1:0+4", "1:8+2 last");
  }

  @Test
  void anEpochWithoutRecordsHasNoBatch() {
    BatchCursor cursor = new BatchCursor(0, 4);
    cursor.seek(0, 1000);

    assertThat(cursor.hasNext()).isFalse();
  }

  @Test
  void aNewCursorHasNoBatch() {
    assertThat(new BatchCursor(10, 4).hasNext()).isFalse();
  }

  @Test
  void recordsBeyondTheRangeOfAnIntAreCounted() {
    BatchCursor cursor = new BatchCursor((1L << 40) + 1, 1 << 28);
    cursor.seek(0, 1);
    cursor.advance(1 << 12);

    assertThat(cursor.position()).isEqualTo(1L << 40);
    assertThat(cursor.size()).isEqualTo(1);
    assertThat(cursor.isLastOfEpoch()).isTrue();
  }

  private static List<String> walk(BatchCursor cursor, int step) {
    List<String> seen = new ArrayList<>();
    while (cursor.hasNext()) {
      String last = cursor.isLastOfEpoch() ? " last" : "";
      seen.add(cursor.epoch() + ":" + cursor.position() + "+" + cursor.size() + last);
      cursor.advance(step);
    }
    return seen;
  }
}

package io.penstock.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.sampler.FullShuffle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class DigestTest {
  private static final int RECORD_BYTES = 48;
  private static final int WORDS = RECORD_BYTES / Long.BYTES;
  private static final int COUNT = 500;

  private final FullShuffle order = new FullShuffle(COUNT, 7);
  private final MemorySegment records = delivered();

  @Test
  void digestOfWhatTheOrderAsksForIsExpected() {
    assertThat(digest(COUNT)).isEqualTo(Digest.expected(order, 3, COUNT, RECORD_BYTES));
    assertThat(digest(1)).isEqualTo(Digest.expected(order, 3, 1, RECORD_BYTES));
  }

  @Test
  void sizesOfBatchesDoNotMatter() {
    Digest digest = new Digest(RECORD_BYTES);
    digest.add(records, 200);
    digest.add(records.asSlice(200 * RECORD_BYTES), 300);

    assertThat(digest.value()).isEqualTo(digest(COUNT));
    assertThat(digest.count()).isEqualTo(COUNT);
  }

  @Test
  void twoRecordsInEachOthersPlaceAreFound() {
    long before = digest(COUNT);
    MemorySegment first = records.asSlice(10 * RECORD_BYTES, RECORD_BYTES);
    MemorySegment second = records.asSlice(11 * RECORD_BYTES, RECORD_BYTES);
    byte[] kept = first.toArray(ValueLayout.JAVA_BYTE);
    first.copyFrom(second);
    second.copyFrom(MemorySegment.ofArray(kept));

    assertThat(digest(COUNT)).isNotEqualTo(before);
  }

  @Test
  void endOfEveryRecordIsLookedAtAndAllOfSome() {
    long before = digest(COUNT);
    // Position 100 is not one that is added up whole, 128 is.
    flip(100 * RECORD_BYTES + RECORD_BYTES - 1);
    assertThat(digest(COUNT)).isNotEqualTo(before);
    flip(100 * RECORD_BYTES + RECORD_BYTES - 1);
    for (int at = 0; at < RECORD_BYTES; at++) {
      flip(128 * RECORD_BYTES + at);
      assertThat(digest(COUNT)).isNotEqualTo(before);
      flip(128 * RECORD_BYTES + at);
    }
    assertThat(digest(COUNT)).isEqualTo(before);
  }

  @Test
  void theSameHighestBitOfTwoRecordsIsFound() {
    long before = digest(COUNT);
    flip(100 * RECORD_BYTES + RECORD_BYTES - 1, 0x80);
    flip(101 * RECORD_BYTES + RECORD_BYTES - 1, 0x80);

    assertThat(digest(COUNT)).isNotEqualTo(before);
  }

  @Test
  void anotherEpochIsExpectedToDiffer() {
    assertThat(Digest.expected(order, 4, COUNT, RECORD_BYTES)).isNotEqualTo(digest(COUNT));
  }

  private void flip(long at) {
    flip(at, 1);
  }

  private void flip(long at, int bits) {
    records.set(ValueLayout.JAVA_BYTE, at, (byte) (records.get(ValueLayout.JAVA_BYTE, at) ^ bits));
  }

  private long digest(int count) {
    Digest digest = new Digest(RECORD_BYTES);
    digest.add(records, count);
    return digest.value();
  }

  private MemorySegment delivered() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[COUNT * RECORD_BYTES]);
    for (int position = 0; position < COUNT; position++) {
      for (long word = 0; word < WORDS; word++) {
        bytes.set(
            ValueLayout.JAVA_LONG_UNALIGNED,
            (long) position * RECORD_BYTES + word * Long.BYTES,
            Words.at(order.index(3, position), word));
      }
    }
    return bytes;
  }
}

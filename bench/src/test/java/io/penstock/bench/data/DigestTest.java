package io.penstock.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sequential;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class DigestTest {
  private static final int RECORD_BYTES = 48;
  private static final int WORDS = RECORD_BYTES / Long.BYTES;
  private static final int COUNT = 500;
  private static final RecordPlaces PLACES = index -> index * RECORD_BYTES;
  private static final MemorySegment OFFSETS = Digest.evenOffsets(RECORD_BYTES, COUNT);

  private final FullShuffle order = new FullShuffle(COUNT, 7);
  private final MemorySegment records = delivered();

  @Test
  void digestOfWhatTheOrderAsksForIsExpected() {
    assertThat(digest(COUNT)).isEqualTo(Digest.expected(order, 3, COUNT, PLACES));
    assertThat(digest(1)).isEqualTo(Digest.expected(order, 3, 1, PLACES));
  }

  @Test
  void sizesOfBatchesDoNotMatter() {
    Digest digest = new Digest();
    digest.add(records, OFFSETS, 200);
    digest.add(records.asSlice(200 * RECORD_BYTES), OFFSETS, 300);

    assertThat(digest.value()).isEqualTo(digest(COUNT));
    assertThat(digest.count()).isEqualTo(COUNT);
  }

  @Test
  void partsByIndexAddUpToTheFileInAnyOrder() {
    Digest one = Digest.byIndex();
    one.add(records, OFFSETS, 200);
    Digest other = Digest.byIndex();
    other.add(records.asSlice(300 * RECORD_BYTES), OFFSETS, 200);
    other.add(records.asSlice(200 * RECORD_BYTES), OFFSETS, 100);

    assertThat(one.count() + other.count()).isEqualTo(COUNT);
    assertThat(one.value() + other.value())
        .isEqualTo(Digest.expected(new Sequential(COUNT), 0, COUNT, PLACES));
  }

  @Test
  void aRecordInsteadOfAnotherIsFoundByIndex() {
    Digest digest = Digest.byIndex();
    digest.add(records, OFFSETS, COUNT - 1);
    digest.add(records, OFFSETS, 1);

    assertThat(digest.value())
        .isNotEqualTo(Digest.expected(new Sequential(COUNT), 0, COUNT, PLACES));
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
  void aWrongLengthIsFound() {
    // Words of zeros: what is looked at is the same wherever a record ends.
    MemorySegment zeros = MemorySegment.ofArray(new byte[64]);
    Digest digest = new Digest();
    digest.add(zeros, MemorySegment.ofArray(new long[] {0, 24, 64}), 2);
    Digest other = new Digest();
    other.add(zeros, MemorySegment.ofArray(new long[] {0, 32, 64}), 2);

    assertThat(other.value()).isNotEqualTo(digest.value());
  }

  @Test
  void recordsOfDifferentSizesAreExpectedByTheirPlaces() {
    RecordPlaces places = new RecordSize.Lognormal(100, 5).places(COUNT);
    MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(places.begin(COUNT))]);
    long[] offsets = new long[COUNT + 1];
    for (int position = 0; position < COUNT; position++) {
      long index = order.index(3, position);
      for (long word = 0; word < places.bytes(index) / Long.BYTES; word++) {
        bytes.set(
            ValueLayout.JAVA_LONG_UNALIGNED,
            offsets[position] + word * Long.BYTES,
            Words.at(index, word));
      }
      offsets[position + 1] = offsets[position] + places.bytes(index);
    }
    Digest digest = new Digest();
    digest.add(bytes, MemorySegment.ofArray(offsets), COUNT);

    assertThat(digest.value()).isEqualTo(Digest.expected(order, 3, COUNT, places));
  }

  @Test
  void anotherEpochIsExpectedToDiffer() {
    assertThat(Digest.expected(order, 4, COUNT, PLACES)).isNotEqualTo(digest(COUNT));
  }

  private void flip(long at) {
    flip(at, 1);
  }

  private void flip(long at, int bits) {
    records.set(ValueLayout.JAVA_BYTE, at, (byte) (records.get(ValueLayout.JAVA_BYTE, at) ^ bits));
  }

  private long digest(int count) {
    Digest digest = new Digest();
    digest.add(records, OFFSETS, count);
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

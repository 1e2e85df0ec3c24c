package io.penstock.bench.cold.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.bench.data.Digest;
import io.penstock.bench.data.RecordPlaces;
import io.penstock.bench.data.Words;
import io.penstock.sampler.Sequential;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchRingTest {
  private static final int RECORD_BYTES = 16;
  private static final RecordPlaces PLACES = index -> index * RECORD_BYTES;

  @Test
  void severalThreadsFillAndOneTakesInOrder() throws IOException, InterruptedException {
    int count = 10_007;
    try (Arena arena = Arena.ofShared()) {
      BatchRing ring = new BatchRing(3, list(count, 64), arena);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(Thread.ofPlatform().start(() -> fill(ring)));
      }
      TimedSink sink = new TimedSink(new Digest(), 1e9);
      ring.deliver(sink);
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(sink.digest().count()).isEqualTo(count);
      assertThat(sink.digest().value())
          .isEqualTo(Digest.expected(new Sequential(count), 0, count, PLACES));
    }
  }

  @Test
  void failureOfAThreadEndsTheDelivery() {
    try (Arena arena = Arena.ofShared()) {
      BatchRing ring = new BatchRing(2, list(100, 8), arena);
      Thread.ofPlatform().start(() -> ring.fail(new IOException("no such sector")));

      assertThatThrownBy(() -> ring.deliver(new TimedSink(new Digest(), 1e9)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no such sector");
    }
  }

  private static RecordList list(int count, int batchSize) {
    MemorySegment indices = MemorySegment.ofArray(LongStream.range(0, count).toArray());
    return new RecordList(PLACES, indices, count, batchSize);
  }

  private static void fill(BatchRing ring) {
    try {
      for (long position = ring.claim(); position >= 0; position = ring.claim()) {
        for (long word = 0; word < RECORD_BYTES / Long.BYTES; word++) {
          ring.slot(position)
              .set(
                  ValueLayout.JAVA_LONG,
                  ring.slotOffset(position) + word * Long.BYTES,
                  Words.at(position, word));
        }
        ring.complete(position);
      }
    } catch (InterruptedException e) {
      ring.fail(e);
    }
  }
}

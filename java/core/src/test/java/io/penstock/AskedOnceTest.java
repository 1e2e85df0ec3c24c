package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.sampler.Sampler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sampler is asked for each position once, and what is delivered follows from that answer. */
@Timeout(120)
class AskedOnceTest {
  private static final int RECORDS = 4000;
  private static final int BYTES = 784;

  @TempDir Path directory;

  static Stream<Way> ways() {
    return Way.all();
  }

  /** Never gives the same answer twice, as one that reads what a trainer changes meanwhile. */
  private static final class Impure implements Sampler {
    final AtomicIntegerArray asked = new AtomicIntegerArray(RECORDS);
    private final AtomicLong answers = new AtomicLong();

    @Override
    public long recordCount() {
      return RECORDS;
    }

    @Override
    public long positionCount() {
      return RECORDS;
    }

    @Override
    public String description() {
      return "impure/1";
    }

    @Override
    public long index(long epoch, long position) {
      asked.incrementAndGet((int) position);
      return answers.incrementAndGet() * 1237 % RECORDS;
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void indicesAndBytesAreOfTheSameAnswer(Way way) {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, BYTES, 1);
    byte[] all = array.all();
    Impure sampler = new Impure();
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader =
            way.loader(dataset).batchSize(33).memoryBytes(16 << 20).sampler(sampler).build()) {
      int seen = 0;
      for (Batch batch : loader.epoch(0)) {
        MemorySegment pixels = batch.column("x");
        for (int i = 0; i < batch.size(); i++) {
          int at = (int) batch.index(i) * BYTES;
          assertThat(pixels.asSlice((long) i * BYTES, BYTES).toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(Arrays.copyOfRange(all, at, at + BYTES));
        }
        seen += batch.size();
      }
      assertThat(seen).isEqualTo(RECORDS);
    }
    for (int i = 0; i < RECORDS; i++) {
      assertThat(sampler.asked.get(i)).as("times that position %d was asked for", i).isOne();
    }
  }
}

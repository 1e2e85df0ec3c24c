package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.sampler.Sampler;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ends an epoch before its end, and that the next one is as if nothing had been. */
@Timeout(60)
class EndedEpochTest {
  private static final int RECORDS = 10_000;

  @TempDir Path directory;

  private Path write(String name) {
    Path path = directory.resolve(name);
    try (NpyWriter writer = NpyWriter.builder(path, ElementType.UINT8, 100).open()) {
      writer.append(MemorySegment.ofArray(new byte[100 * RECORDS]));
      writer.commit();
    }
    return path;
  }

  /** As a loop does that goes on with the batch after one that failed. */
  private static int batches(Iterator<Batch> epoch) {
    int delivered = 0;
    int failures = 0;
    while (epoch.hasNext()) {
      try {
        delivered += epoch.next().size() > 0 ? 1 : 0;
      } catch (PenstockException e) {
        assertThat(++failures).as("failures of one epoch: %s", e.getMessage()).isOne();
      }
    }
    return delivered;
  }

  @Test
  void aFileThatIsCutShortEndsItsEpoch() throws IOException {
    Path path = write("x.npy");
    try (Dataset dataset = Dataset.open(path);
        Loader loader = dataset.loader().batchSize(10).build()) {
      Iterator<Batch> epoch = loader.epoch(0).iterator();
      assertThat(epoch.next().size()).isEqualTo(10);
      Files.write(path, new byte[10]);
      assertThat(batches(loader.epoch(1).iterator())).isLessThan(RECORDS / 10);
    }
  }

  @Test
  void anOrderThatFailsNowAndThenCostsNothing() {
    AtomicBoolean isBroken = new AtomicBoolean();
    Sampler ascending =
        new Sampler() {
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
            return "failing/1";
          }

          @Override
          public long index(long epoch, long position) {
            return position;
          }

          @Override
          public void fill(long epoch, long position, MemorySegment indices, int count) {
            if (isBroken.get()) {
              throw new IllegalStateException("no order");
            }
            for (int i = 0; i < count; i++) {
              indices.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, position + i);
            }
          }

          @Override
          public long position(long epoch, long index) {
            return index;
          }
        };
    try (Dataset dataset = Dataset.open(write("y.npy"));
        Loader loader = dataset.loader().sampler(ascending).batchSize(10).build()) {
      for (int attempt = 0; attempt < 30; attempt++) {
        isBroken.set(true);
        Iterator<Batch> epoch = loader.epoch(attempt).iterator();
        assertThatExceptionOfType(PenstockException.class)
            .isThrownBy(epoch::next)
            .withMessageContaining("no order");
        assertThat(epoch.hasNext()).isFalse();
        isBroken.set(false);
      }
      assertThat(batches(loader.epoch(99).iterator())).isEqualTo(RECORDS / 10);
    }
  }
}

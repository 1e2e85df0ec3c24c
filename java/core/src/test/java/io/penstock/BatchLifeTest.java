package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long batches and iterators live: leases, leaving an epoch early, closing. */
@Timeout(120)
class BatchLifeTest {
  @TempDir Path directory;

  static List<Way> ways() {
    return Way.all().toList();
  }

  @Test
  void theLoopClosesEachBatchWhenItAsksForTheNext() {
    TestArray array = array("x.npy", 100, 10);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(10).build()) {
      Batch former = null;
      for (Batch batch : loader.epoch(0)) {
        if (former != null) {
          assertThatIllegalStateException()
              .isThrownBy(former::indices)
              .withMessageContaining("this batch is closed");
        }
        former = batch;
      }
      Batch last = former;
      assertThatIllegalStateException().isThrownBy(() -> last.column("x"));
      assertThat(last.size()).isEqualTo(10);
    }
  }

  @Test
  void aRetainedBatchStaysUntilItIsClosed() {
    TestArray array = array("x.npy", 100, 784);
    byte[] all = array.all();
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(10).build()) {
      List<Batch> retained = new ArrayList<>();
      for (Batch batch : loader.epoch(0)) {
        if (batch.position() % 40 == 0) {
          retained.add(batch.retain());
        }
      }
      assertThat(retained).hasSize(3);
      for (Batch batch : retained) {
        for (int i = 0; i < batch.size(); i++) {
          checkRecord(batch.column(0), i, all, batch.index(i), 784);
        }
        batch.close();
        batch.close();
        assertThatIllegalStateException().isThrownBy(() -> batch.column(0));
        assertThatIllegalStateException().isThrownBy(batch::retain);
      }
      assertThat(indices(loader.epoch(1))).hasSize(100);
    }
  }

  @Test
  void aBatchIsWritable() {
    TestArray array = array("x.npy", 100, 784);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(10).build()) {
      for (Batch batch : loader.epoch(0)) {
        batch.column(0).fill((byte) 1);
      }
      for (Batch batch : loader.epoch(1)) {
        checkRecord(batch.column(0), 9, array.all(), batch.index(9), 784);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void closingWithBatchesOutCutsThemOff(Way way) {
    TestArray array = array("x.npy", 1000, 784);
    try (Dataset dataset = Dataset.open(array.path())) {
      Loader loader = way.loader(dataset).batchSize(10).build();
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Batch retained = batches.next().retain();
      Batch current = batches.next();
      MemorySegment segment = current.column("x");
      loader.close();
      loader.close();

      assertThatIllegalStateException().isThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0));
      assertThatIllegalStateException()
          .isThrownBy(() -> retained.column("x"))
          .withMessage("the loader is closed");
      assertThatIllegalStateException().isThrownBy(batches::next);
      assertThatIllegalStateException().isThrownBy(batches::hasNext);
      assertThatIllegalStateException().isThrownBy(() -> loader.epoch(0));
      retained.close();
      current.close();
      assertThat(loader.statistics().batches()).isEqualTo(2);
    }
  }

  @Test
  void closingTheDatasetClosesItsLoaders() {
    TestArray array = array("x.npy", 1000, 784);
    Dataset dataset = Dataset.open(array.path());
    Loader loader = dataset.loader().build();
    Iterator<Batch> batches = loader.epoch(0).iterator();
    Batch batch = batches.next();
    dataset.close();
    dataset.close();

    assertThatIllegalStateException().isThrownBy(() -> batch.column("x"));
    assertThatIllegalStateException().isThrownBy(() -> dataset.loader().build());
    batch.close();
    loader.close();
  }

  @Test
  void leavingAnEpochEarlyAndStartingAnotherIsAllowed() {
    TestArray array = array("x.npy", 1000, 784);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(10).build()) {
      for (Epoch epoch : loader.epochs(5)) {
        int batches = 0;
        for (Batch batch : epoch) {
          assertThat(batch.epoch()).isEqualTo(epoch.number());
          assertThat(batch.position()).isEqualTo(10L * batches);
          if (++batches == 20 * epoch.number()) {
            break;
          }
        }
      }
      Iterator<Batch> former = loader.epoch(0).iterator();
      Batch batch = former.next();
      assertThat(indices(loader.epoch(0))).hasSize(1000);
      assertThatIllegalStateException()
          .isThrownBy(former::next)
          .withMessageContaining("another one was started");
      assertThatIllegalStateException().isThrownBy(() -> batch.column(0));
    }
  }

  @Test
  void anIteratorAtItsEndSaysSo() {
    TestArray array = array("x.npy", 3, 10);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().build()) {
      Iterator<Batch> batches = loader.epoch(4).iterator();
      batches.next();
      assertThat(batches.hasNext()).isFalse();
      assertThatExceptionOfType(NoSuchElementException.class)
          .isThrownBy(batches::next)
          .withMessageContaining("epoch 4");
    }
  }

  private TestArray array(String name, long recordCount, int recordBytes) {
    return TestArray.random(directory.resolve(name), recordCount, recordBytes, name.hashCode());
  }

  private static List<Long> indices(Epoch epoch) {
    List<Long> indices = new ArrayList<>();
    for (Batch batch : epoch) {
      for (int i = 0; i < batch.size(); i++) {
        indices.add(batch.index(i));
      }
    }
    return indices;
  }

  private static void checkRecord(
      MemorySegment column, int i, byte[] all, long index, int recordBytes) {
    MemorySegment expected = MemorySegment.ofArray(all).asSlice(index * recordBytes, recordBytes);
    MemorySegment actual = column.asSlice((long) i * recordBytes, recordBytes);
    assertThat(actual.mismatch(expected)).as("first wrong byte of record %d", index).isEqualTo(-1);
  }
}

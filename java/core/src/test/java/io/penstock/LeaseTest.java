package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.array.Tensor;
import io.penstock.options.Readahead;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batch is one lease, and whatever is done to it later concerns no other one. */
@Timeout(120)
@NamesNativeWays
class LeaseTest {
  private static final String CHECK = "penstock.checkLeases";

  @TempDir Path directory;

  private Dataset dataset() {
    return Dataset.open(TestArray.random(directory.resolve("x.npy"), 4000, 784, 1).path());
  }

  @Test
  void closingABatchAgainNeverEndsAnotherLease() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 4000, 784, 1);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(8).memoryBytes(32 << 20).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      List<Batch> closed = new ArrayList<>();
      while (batches.hasNext()) {
        Batch kept = batches.next().retain();
        assertThat(closed).doesNotContain(kept);
        final MemorySegment pixels = kept.column("x");
        final long first = kept.index(0);
        closed.forEach(Batch::close);
        for (int i = 0; i < 12 && batches.hasNext(); i++) {
          closed.add(batches.next());
        }
        assertThat(kept.index(0)).isEqualTo(first);
        assertThat(pixels.asSlice(0, 784).toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(array.record(first));
        kept.close();
        closed.add(kept);
      }
      // Nothing was given back twice: all batches can still be held at once, and come out right.
      Iterator<Batch> again = loader.epoch(1).iterator();
      List<Batch> held = new ArrayList<>();
      for (int i = 0; i < loader.readahead().prefetchBatches(); i++) {
        held.add(again.next().retain());
      }
      assertThat(held.stream().mapToLong(batch -> batch.column("x").address()).distinct().count())
          .isEqualTo(held.size());
      held.forEach(Batch::close);
    }
  }

  @Test
  void aClosedBatchCannotBeUsedOrRetainedHoweverManyFollowIt() {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(4).memoryBytes(32 << 20).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Batch first = batches.next();
      for (int i = 0; i < 900; i++) {
        batches.next();
        assertThatIllegalStateException().isThrownBy(first::retain);
        assertThatIllegalStateException().isThrownBy(() -> first.column("x"));
        assertThatIllegalStateException().isThrownBy(first::indices);
        assertThatIllegalStateException().isThrownBy(() -> first.index(0));
      }
      assertThat(first.position()).isZero();
      assertThat(first).hasToString("Batch[epoch=0, position=0, size=4, closed]");
    }
  }

  @Test
  void manyThreadsMayCloseABatchAtOnce() throws InterruptedException {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(100).memoryBytes(32 << 20).build()) {
      for (Epoch epoch : loader.epochs(10)) {
        int seen = 0;
        for (Batch batch : epoch) {
          batch.retain();
          seen += batch.size();
          List<Thread> closers = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            closers.add(Thread.ofPlatform().start(batch::close));
          }
          batch.close();
          for (Thread closer : closers) {
            closer.join();
          }
        }
        assertThat(seen).isEqualTo(4000);
      }
    }
  }

  @Test
  void checkedLeasesCutOffWhatWasFetchedFromThem() {
    System.setProperty(CHECK, "true");
    try (Dataset dataset = dataset()) {
      Loader loader = dataset.loader().batchSize(100).memoryBytes(32 << 20).build();
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Batch batch = batches.next();
      MemorySegment pixels = batch.column("x");
      MemorySegment indices = batch.indices();
      ByteBuffer buffer = batch.asByteBuffer("x");
      Tensor tensor = batch.tensor("x");
      assertThat(tensor.address()).isEqualTo(pixels.address());
      pixels.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      batches.next();
      assertThatIllegalStateException().isThrownBy(() -> pixels.get(ValueLayout.JAVA_BYTE, 0));
      assertThatIllegalStateException().isThrownBy(() -> indices.get(ValueLayout.JAVA_LONG, 0));
      assertThatIllegalStateException().isThrownBy(() -> buffer.get(0));
      assertThatIllegalStateException()
          .isThrownBy(() -> tensor.data().get(ValueLayout.JAVA_BYTE, 0));
      Batch last = batches.next().retain();
      MemorySegment open = last.column("x");
      loader.close();
      assertThatIllegalStateException().isThrownBy(() -> open.get(ValueLayout.JAVA_BYTE, 0));
      last.close();
    } finally {
      System.clearProperty(CHECK);
    }
  }

  /** As a native library would see it, which has an address and nothing else. */
  @Test
  void checkedLeasesOverwriteTheirMemoryWhenTheyEnd() {
    System.setProperty(CHECK, "true");
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(4000)
                .readahead(Readahead.parse("prefetchBatches=1"))
                .memoryBytes(64 << 20)
                .build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Batch batch = batches.next().retain();
      MemorySegment bare =
          MemorySegment.ofAddress(batch.column("x").address()).reinterpret(4000 * 784);
      // The only epoch has one batch: nothing is read into its memory any more.
      batch.close();
      byte[] expected = new byte[4000 * 784];
      Arrays.fill(expected, (byte) 0xa5);
      assertThat(bare.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    } finally {
      System.clearProperty(CHECK);
    }
  }

  @Test
  void checkedLeasesDeliverWhatOthersDo() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 4000, 784, 1);
    System.setProperty(CHECK, "true");
    try {
      for (String flags : List.of("backend=auto", "backend=pread,ioThreads=2", "backend=mmap")) {
        deliver(array, Readahead.parse(flags));
      }
    } finally {
      System.clearProperty(CHECK);
    }
  }

  private static void deliver(TestArray array, Readahead readahead) {
    byte[] all = array.all();
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader =
            dataset.loader().readahead(readahead).batchSize(33).memoryBytes(32 << 20).build()) {
      SplittableRandom random = new SplittableRandom(5);
      List<Batch> held = new ArrayList<>();
      for (Epoch epoch : loader.epochs(3)) {
        int seen = 0;
        for (Batch batch : epoch) {
          for (int i = 0; i < batch.size(); i++) {
            int at = (int) batch.index(i) * 784;
            assertThat(batch.column("x").asSlice(i * 784L, 784).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(Arrays.copyOfRange(all, at, at + 784));
          }
          seen += batch.size();
          if (random.nextBoolean()) {
            held.add(batch.retain());
          }
          if (held.size() > 3) {
            held.removeFirst().close();
          }
        }
        assertThat(seen).isEqualTo(4000);
      }
    }
  }
}

package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.job.LoaderState;
import io.penstock.options.Readahead;
import io.penstock.sampler.FullShuffle;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches, epochs and leases, in the hands of PyTorch. */
@Timeout(60)
class PenstockDatasetTest {
  private static final int RECORDS = 103;

  @TempDir Path directory;
  private Dataset dataset;
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    dataset =
        Dataset.open(
            ArrayFile.bytes(directory.resolve("x.npy"), RECORDS, 12),
            ArrayFile.indices(directory.resolve("y.npy"), RECORDS));
  }

  @AfterEach
  void close() {
    dataset.close();
    manager.close();
  }

  private LoaderBuilder loader() {
    return dataset.loader().batchSize(10).seed(3).memoryBytes(64 << 20);
  }

  private static PenstockDataset training(Loader loader) {
    return PenstockDataset.builder(loader).data("x").label("y").build();
  }

  private static List<Long> labels(Batch batch) {
    return Arrays.stream(batch.getLabels().head().toLongArray()).boxed().toList();
  }

  /** Labels of an epoch in the order of delivery; closes the batches. */
  private List<Long> epoch(PenstockDataset from) {
    List<Long> labels = new ArrayList<>();
    for (Batch batch : from.getData(manager)) {
      labels.addAll(labels(batch));
      batch.close();
    }
    return labels;
  }

  private static List<Long> order(long seed, long epoch) {
    FullShuffle order = new FullShuffle(RECORDS, seed);
    return LongStream.range(0, RECORDS).map(i -> order.index(epoch, i)).boxed().toList();
  }

  @Test
  void batchesAreThoseOfTheLoader() {
    try (Loader loader = loader().build()) {
      List<Long> expected = order(3, 0);
      int position = 0;
      for (Batch batch : training(loader).getData(manager)) {
        int size = Math.min(10, RECORDS - position);
        List<Long> indices = expected.subList(position, position + size);
        assertThat(batch.getSize()).isEqualTo(size);
        assertThat(batch.getData().head().getShape()).isEqualTo(new Shape(size, 12));
        assertThat(batch.getData().head().getDataType()).isEqualTo(DataType.UINT8);
        assertThat(batch.getLabels().head().getShape()).isEqualTo(new Shape(size));
        assertThat(batch.getLabels().head().getDataType()).isEqualTo(DataType.INT64);
        assertThat(labels(batch)).isEqualTo(indices);
        assertThat(batch.getIndices()).isEqualTo(indices);
        ByteBuffer images = batch.getData().head().toByteBuffer();
        for (int i = 0; i < size; i++) {
          assertThat(images.get(12 * i + 7)).isEqualTo((byte) (indices.get(i) + 7));
        }
        position += size;
        assertThat(batch.getProgress()).isEqualTo((position + 9) / 10);
        assertThat(batch.getProgressTotal()).isEqualTo(11);
        batch.close();
      }
      assertThat(position).isEqualTo(RECORDS);
    }
  }

  @Test
  void eachGetDataIsTheNextEpochAndIteratingItAgainIsTheSameOne() {
    try (Loader loader = loader().build()) {
      PenstockDataset training = training(loader);
      assertThat(epoch(training)).isEqualTo(order(3, 0));
      assertThat(epoch(training)).isEqualTo(order(3, 1));
      Iterable<Batch> third = training.getData(manager);
      for (int i = 0; i < 2; i++) {
        List<Long> labels = new ArrayList<>();
        for (Batch batch : third) {
          labels.addAll(labels(batch));
          batch.close();
        }
        assertThat(labels).isEqualTo(order(3, 2));
      }
    }
  }

  @Test
  void theFirstEpochMayBeAnyOne() {
    try (Loader loader = loader().build()) {
      PenstockDataset training = PenstockDataset.builder(loader).data("y").firstEpoch(7).build();
      List<Long> data = new ArrayList<>();
      for (Batch batch : training.getData(manager)) {
        assertThat(batch.getLabels()).isEmpty();
        for (long element : batch.getData().head().toLongArray()) {
          data.add(element);
        }
        batch.close();
      }
      assertThat(data).isEqualTo(order(3, 7));
    }
  }

  @Test
  void aJobThatIsResumedBeginsWithTheRestOfItsEpoch() {
    LoaderState state;
    try (Loader loader = loader().build()) {
      PenstockDataset training = training(loader);
      epoch(training);
      Iterator<Batch> second = training.getData(manager).iterator();
      for (int i = 0; i < 4; i++) {
        second.next().close();
      }
      state = loader.state();
    }
    try (Loader loader = loader().state(state).batchSize(7).build()) {
      PenstockDataset training = training(loader);
      assertThat(epoch(training)).isEqualTo(order(3, 1).subList(40, RECORDS));
      assertThat(epoch(training)).isEqualTo(order(3, 2));
    }
  }

  @Test
  void anEmptyDatasetHasNoBatch() {
    try (Dataset empty = Dataset.open(ArrayFile.indices(directory.resolve("empty.npy"), 0));
        Loader loader = empty.loader().build()) {
      PenstockDataset none = PenstockDataset.builder(loader).data("empty").build();
      assertThat(none.getData(manager)).isEmpty();
      assertThatExceptionOfType(NoSuchElementException.class)
          .isThrownBy(() -> none.getData(manager).iterator().next());
    }
  }

  @Test
  void closingABatchTwiceGivesItsMemoryBackOnce() {
    try (Loader loader = loader().build()) {
      Iterator<Batch> batches = training(loader).getData(manager).iterator();
      Batch first = batches.next();
      List<?> indices = first.getIndices();
      first.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> indices.get(0))
          .withMessage("the batch is closed: copy its indices before that");
      // The loader's object comes round again; closing the old batch must not end the new lease.
      List<Batch> open = new ArrayList<>();
      while (batches.hasNext()) {
        Batch batch = batches.next();
        first.close();
        assertThat(labels(batch)).isEqualTo(batch.getIndices());
        open.add(batch);
        if (open.size() == 3) {
          open.removeFirst().close();
        }
      }
    }
  }

  @Test
  void anotherEpochEndsTheFormer() {
    try (Loader loader = loader().build()) {
      PenstockDataset training = training(loader);
      Iterator<Batch> former = training.getData(manager).iterator();
      former.next().close();
      Iterator<Batch> next = training.getData(manager).iterator();
      assertThat(labels(next.next())).isEqualTo(order(3, 1).subList(0, 10));
      assertThatIllegalStateException()
          .isThrownBy(former::next)
          .withMessageContaining("another one was started on the same loader");
    }
  }

  @Test
  void closingTheLoaderEndsTheLeasesOfThisThread() {
    Batch batch;
    try (Loader loader = loader().build()) {
      batch = training(loader).getData(manager).iterator().next();
    }
    assertThat(batch.getManager().isOpen()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> batch.getData().head().toByteArray());
    assertThatIllegalStateException().isThrownBy(() -> batch.getIndices().get(0));
    batch.close();
  }

  @Test
  void closingAManagerEndsTheLeasesBelowIt() {
    try (Loader loader = loader().readahead(Readahead.parse("prefetchBatches=2")).build()) {
      Iterator<Batch> batches;
      List<Long> labels = new ArrayList<>();
      PenstockDataset training = training(loader);
      // As many batches as there are: none would be left if one lease lasted.
      try (NDManager step = manager.newSubManager()) {
        batches = training.getData(step).iterator();
        labels.addAll(labels(batches.next()));
        labels.addAll(labels(batches.next()));
      }
      assertThatIllegalStateException().isThrownBy(batches::next);
      assertThat(labels).isEqualTo(order(3, 0).subList(0, 20));
      assertThat(epoch(training)).isEqualTo(order(3, 1));
    }
  }

  @Test
  void arraysLieInTheMemoryOfTheBatch() {
    try (Loader loader = loader().build()) {
      NDColumn column =
          new NDColumn(
              "x", dataset.column("x").elementType(), io.penstock.array.Shape.of(12), null);
      for (io.penstock.Batch batch : loader.epoch(0)) {
        byte before = batch.column("x").get(ValueLayout.JAVA_BYTE, 5);
        try (NDArray array = column.of(batch, manager)) {
          array.addi(1);
        }
        assertThat(batch.column("x").get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) (before + 1));
      }
    }
  }

  @Test
  void typesAreConvertedOnRequest() {
    try (Loader loader = loader().build()) {
      PenstockDataset training =
          PenstockDataset.builder(loader)
              .data("x", DataType.FLOAT32)
              .label("y", DataType.INT32)
              .build();
      for (Batch batch : training.getData(manager)) {
        int index = ((Long) batch.getIndices().get(0)).intValue();
        assertThat(batch.getData().head().toFloatArray()[3]).isEqualTo((float) (index + 3));
        assertThat(batch.getLabels().head().toIntArray()[0]).isEqualTo(index);
        // The one that was converted is gone, and its lease was not touched by that.
        assertThat(batch.getManager().getManagedArrays()).hasSize(2);
        batch.close();
      }
    }
  }

  @Test
  void closingTheLoaderWaitsForBatchesOfOtherThreads() throws Exception {
    Loader loader = loader().build();
    PenstockDataset training = training(loader);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Batch batch = other.submit(() -> training.getData(manager).iterator().next()).get();
      for (AutoCloseable closed : List.of(loader, dataset)) {
        assertThatIllegalStateException()
            .isThrownBy(closed::close)
            .withMessageContaining("a batch is open in thread '")
            .withMessageContaining("close the batch there, and then the loader again");
      }
      assertThat(labels(batch)).isEqualTo(order(3, 0).subList(0, 10));
      batch.close();
    }
    loader.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> training.getData(manager).iterator())
        .withMessage("the loader is closed");
  }

  @Test
  void whatADeadThreadLeftOpenDoesNotKeepTheLoader() throws Exception {
    List<Batch> left = new ArrayList<>();
    try (Loader loader = loader().build()) {
      PenstockDataset training = training(loader);
      Thread consumer = new Thread(() -> left.add(training.getData(manager).iterator().next()));
      consumer.start();
      consumer.join();
      assertThat(left.getFirst().getIndices()).isEqualTo(order(3, 0).subList(0, 10));
    }
    assertThat(left.getFirst().getManager().isOpen()).isFalse();
  }
}

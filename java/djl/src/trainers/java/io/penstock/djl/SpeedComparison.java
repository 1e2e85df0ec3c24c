package io.penstock.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.translate.Batchifier;
import ai.djl.util.Progress;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.sampler.FullShuffle;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * How many images a second a trainer of DJL learns from, by where its batches come from. The model
 * is a single dense layer, so that reading matters. {@code java/djl/compare} runs it, each way in a
 * process of its own, in a control group that limits its memory.
 *
 * <p>{@code penstock} is a {@link PenstockDataset}; {@code mapped} copies the same records in the
 * same order out of mapped files into a buffer for each batch, as one would write it without a
 * library; {@code array} is DJL's own ArrayDataset over the first records, as many as fit into the
 * memory that the loader has in the first way.
 */
final class SpeedComparison {
  private static final int BATCH = 128;
  private static final int PIXELS = 28 * 28;
  private static final double WARM_SECONDS = 3;

  /** Of the loader, and of the arrays in memory. */
  private static final long MEMORY_BYTES = 128 << 20;

  private SpeedComparison() {}

  /**
   * Prints one line.
   *
   * @param args the way; IDX files of images and of labels; seconds to measure, after a few to warm
   */
  public static void main(String[] args) throws Exception {
    try (Dataset dataset =
            Dataset.builder()
                .column("images", Path.of(args[1]))
                .column("labels", Path.of(args[2]))
                .open();
        Model model = model();
        Trainer trainer =
            model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()))) {
      trainer.initialize(new Shape(1, 28, 28));
      double seconds = Double.parseDouble(args[3]);
      switch (args[0]) {
        case "penstock" -> {
          try (Loader loader =
              dataset.loader().batchSize(BATCH).seed(7).memoryBytes(MEMORY_BYTES).build()) {
            PenstockDataset data =
                PenstockDataset.builder(loader).data("images").label("labels").build();
            run(args[0], trainer, data, seconds);
          }
        }
        case "mapped" -> run(args[0], trainer, new Mapped(dataset), seconds);
        case "array" -> run(args[0], trainer, array(dataset, trainer), seconds);
        default -> throw new IllegalArgumentException("way must be penstock, mapped or array");
      }
    }
  }

  private static Model model() {
    Model model = Model.newInstance("one-layer");
    model.setBlock(
        new SequentialBlock()
            .add(
                images ->
                    new NDList(
                        images.head().toType(DataType.FLOAT32, false).div(255).reshape(-1, PIXELS)))
            .add(Linear.builder().setUnits(10).build()));
    return model;
  }

  private static void run(
      String way, Trainer trainer, ai.djl.training.dataset.Dataset data, double seconds)
      throws Exception {
    Count count = new Count(seconds);
    while (!count.isDone()) {
      Iterator<Batch> batches = trainer.iterateDataset(data).iterator();
      while (!count.isDone()) {
        long asked = System.nanoTime();
        if (!batches.hasNext()) {
          break;
        }
        try (Batch batch = batches.next()) {
          long got = System.nanoTime();
          EasyTrain.trainBatch(trainer, batch);
          trainer.step();
          count.add(batch.getSize(), got - asked);
        }
      }
    }
    System.out.printf(
        "%-8s %10.0f images/s, %5.1f%% of the time waited for batches%n",
        way, count.perSecond(), count.waitedPercent());
  }

  /** What was done since it was warm. */
  private static final class Count {
    private final long start = System.nanoTime();
    private final double seconds;
    private long warm;
    private long end;
    private long waitedNanos;
    private long records;

    Count(double seconds) {
      this.seconds = seconds;
    }

    void add(int more, long waited) {
      end = System.nanoTime();
      if (warm > 0) {
        records += more;
        waitedNanos += waited;
      } else if ((end - start) / 1e9 > WARM_SECONDS) {
        warm = end;
      }
    }

    boolean isDone() {
      return warm > 0 && (end - warm) / 1e9 > seconds;
    }

    double perSecond() {
      return records / ((end - warm) / 1e9);
    }

    double waitedPercent() {
      return 100.0 * waitedNanos / (end - warm);
    }
  }

  private static ArrayDataset array(Dataset dataset, Trainer trainer) {
    NDManager manager = trainer.getManager();
    int count = (int) Math.min(dataset.recordCount(), MEMORY_BYTES / (PIXELS + 1));
    ByteBuffer images = manager.allocateDirect(count * PIXELS);
    ByteBuffer labels = manager.allocateDirect(count);
    for (int i = 0; i < count; i++) {
      images.put(dataset.record("images", i).asByteBuffer());
      labels.put(dataset.record("labels", i).asByteBuffer());
    }
    return new ArrayDataset.Builder()
        .setData(manager.create(images.flip(), new Shape(count, 28, 28), DataType.UINT8))
        .optLabels(manager.create(labels.flip(), new Shape(count), DataType.UINT8))
        .setSampling(BATCH, true)
        .build();
  }

  /** Rows of mapped files, one page fault after another. */
  private record Mapped(Dataset dataset) implements ai.djl.training.dataset.Dataset {
    @Override
    public Iterable<Batch> getData(NDManager manager) {
      FullShuffle order = new FullShuffle(dataset.recordCount(), 7);
      return () ->
          new Iterator<>() {
            private long position;

            @Override
            public boolean hasNext() {
              return position < dataset.recordCount();
            }

            @Override
            public Batch next() {
              int size = (int) Math.min(BATCH, dataset.recordCount() - position);
              NDManager own = manager.newSubManager();
              NDArray images = rows("images", own, size, new Shape(size, 28, 28));
              NDArray labels = rows("labels", own, size, new Shape(size));
              position += size;
              return new Batch(
                  own,
                  new NDList(images),
                  new NDList(labels),
                  size,
                  Batchifier.STACK,
                  Batchifier.STACK,
                  position,
                  dataset.recordCount());
            }

            private NDArray rows(String column, NDManager own, int size, Shape shape) {
              long bytes = dataset.column(column).recordBytes();
              ByteBuffer buffer = own.allocateDirect((int) (size * bytes));
              MemorySegment to = MemorySegment.ofBuffer(buffer);
              for (int i = 0; i < size; i++) {
                long index = order.index(0, position + i);
                MemorySegment.copy(dataset.record(column, index), 0, to, i * bytes, bytes);
              }
              return own.create(buffer, shape, DataType.UINT8);
            }
          };
    }

    @Override
    public void prepare(Progress progress) {}
  }
}

package io.penstock.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EpochTrainingListener;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.penstock.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Fashion-MNIST as Debian has it, and a small network that learns it.
 *
 * @param directory with the IDX files, not compressed, so that they are read where they lie
 */
record FashionMnist(Path directory) {
  private static final Path PACKAGE = Path.of("/usr/share/datasets/fashion-mnist");

  /** Unpacks the files of the package, which must be installed. */
  static FashionMnist unpack(Path directory) throws IOException {
    for (String part : new String[] {"train", "t10k"}) {
      for (String file : new String[] {"-images-idx3-ubyte", "-labels-idx1-ubyte"}) {
        Path packed = PACKAGE.resolve(part + file + ".gz");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(packed), 1 << 16)) {
          Files.copy(in, directory.resolve(part + file));
        }
      }
    }
    return new FashionMnist(directory);
  }

  /** 60,000 images of 28 x 28 bytes, and a byte of their class, 0 to 9. */
  Dataset training() {
    return open("train");
  }

  /** 10,000 others. */
  Dataset test() {
    return open("t10k");
  }

  private Dataset open(String part) {
    return Dataset.builder()
        .column("images", directory.resolve(part + "-images-idx3-ubyte"))
        .column("labels", directory.resolve(part + "-labels-idx1-ubyte"))
        .open();
  }

  /** Two convolutions and two dense layers, over images of bytes. */
  static Model model() {
    SequentialBlock network =
        new SequentialBlock()
            .add(
                images ->
                    new NDList(
                        images
                            .head()
                            .toType(DataType.FLOAT32, false)
                            .div(255)
                            .reshape(-1, 1, 28, 28)))
            .add(convolution(5, 16))
            .add(Activation::relu)
            .add(convolution(3, 32))
            .add(Activation::relu)
            .add(Blocks.batchFlattenBlock())
            .add(Linear.builder().setUnits(64).build())
            .add(Activation::relu)
            .add(Linear.builder().setUnits(10).build());
    Model model = Model.newInstance("fashion-mnist");
    model.setBlock(network);
    return model;
  }

  /** Halves the sides: half the cost of pooling, and accurate enough. */
  private static Block convolution(int side, int filters) {
    return Conv2d.builder()
        .setKernelShape(new Shape(side, side))
        .optPadding(new Shape(side / 2, side / 2))
        .optStride(new Shape(2, 2))
        .setFilters(filters)
        .build();
  }

  /**
   * A trainer of it; a model that has parameters goes on with them.
   *
   * @param done batches that the model has learned from before
   * @param all batches that there will have been at the end, when the steps are smallest
   */
  static Trainer trainer(Model model, int done, int all) {
    Tracker rate =
        Tracker.cosine().setBaseValue(0.003f).optFinalValue(1e-5f).setMaxUpdates(all).build();
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(
                Optimizer.adam().optLearningRateTracker(rate).optBeginNumUpdate(done).build())
            .addEvaluator(new Accuracy())
            .addTrainingListeners(new EpochTrainingListener(), new EvaluatorTrainingListener());
    Trainer trainer = model.newTrainer(config);
    trainer.initialize(new Shape(1, 28, 28));
    return trainer;
  }
}

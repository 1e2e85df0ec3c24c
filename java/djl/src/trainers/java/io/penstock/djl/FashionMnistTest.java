package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.util.Progress;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.LoaderStatistics;
import io.penstock.cli.demo.ImageSource;
import io.penstock.job.LoaderState;
import io.penstock.options.Shuffle;
import io.penstock.transform.Layout;
import io.penstock.transform.Transforms;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real run: a network learns real images from shuffled and augmented batches, is stopped in the
 * middle of an epoch, and goes on with the very batches that it would have had.
 */
@Timeout(1800)
class FashionMnistTest {
  private static final int EPOCHS = 6;
  private static final double LEAST_ACCURACY = 0.88;

  private static final int EPOCH_BATCHES = 469;
  private static final int BATCHES = EPOCHS * EPOCH_BATCHES;

  /** Where the run is stopped: in the middle of the last epoch but one. */
  private static final int STOP_EPOCH = EPOCHS - 2;

  private static final int STOP_BATCHES = STOP_EPOCH * EPOCH_BATCHES + 200;

  @TempDir static Path directory;
  private static FashionMnist images;

  @BeforeAll
  static void unpack() throws IOException {
    ImageSource source = ImageSource.find(System.out::println);
    assumeFalse(source.isGenerated(), "needs Fashion-MNIST: apt-get install dataset-fashion-mnist");
    images = FashionMnist.unpack(directory);
    // The weights that it starts with: where the accuracy ends up depends on them by some 0.5%.
    Engine.getInstance().setRandomSeed(7);
  }

  /** Images moved by up to two pixels, half of them turned around, each epoch anew. */
  private static LoaderBuilder loader(Dataset training) {
    return training
        .loader()
        .batchSize(128)
        .seed(7)
        .memoryBytes(128 << 20)
        .transform(Transforms.pad("images", Layout.HWC, 2))
        .transform(Transforms.randomCrop("images", Layout.HWC, 28, 28))
        .transform(Transforms.randomFlip("images", Layout.HWC, 0.5));
  }

  private static PenstockDataset batches(Loader loader) {
    return PenstockDataset.builder(loader).data("images").label("labels").build();
  }

  @Test
  void aNetworkLearnsAndARunThatWasStoppedGoesOnWithTheSameBatches() throws Exception {
    List<String> batches = new ArrayList<>();
    String[] state = new String[1];
    try (Dataset training = images.training();
        Loader loader = loader(training).build();
        Model model = FashionMnist.model();
        Trainer trainer = FashionMnist.trainer(model, 0, BATCHES)) {
      Seen seen = new Seen(batches(loader), batches);
      seen.afterBatch(
          STOP_BATCHES,
          () -> {
            state[0] = loader.state().toString();
            model.save(directory, "stopped");
          });
      assertThat(accuracyAfter(EPOCHS, trainer, seen, loader)).isGreaterThan(LEAST_ACCURACY);
    }
    assertThat(batches).hasSize(BATCHES).doesNotHaveDuplicates();
    List<String> rest = new ArrayList<>();
    LoaderState stopped = LoaderState.parse(state[0]);
    try (Dataset training = images.training();
        Loader loader = loader(training).state(stopped).build();
        Model model = FashionMnist.model()) {
      model.load(directory, "stopped");
      try (Trainer trainer = FashionMnist.trainer(model, STOP_BATCHES, BATCHES)) {
        Seen seen = new Seen(batches(loader), rest);
        assertThat(accuracyAfter(EPOCHS - STOP_EPOCH, trainer, seen, loader))
            .isGreaterThan(LEAST_ACCURACY);
      }
    }
    assertThat(rest).isEqualTo(batches.subList(STOP_BATCHES, BATCHES));
  }

  /** Trains, says how it went, and returns the share of test images that are told rightly. */
  private static double accuracyAfter(int epochs, Trainer trainer, Seen seen, Loader loader)
      throws Exception {
    try (Dataset test = images.test();
        Loader validation = test.loader().batchSize(500).shuffle(Shuffle.NONE).build()) {
      EasyTrain.fit(trainer, 1, seen, null);
      LoaderStatistics warm = loader.statistics();
      EasyTrain.fit(trainer, epochs - 1, seen, batches(validation));
      LoaderStatistics all = loader.statistics();
      double accuracy = trainer.getTrainingResult().getValidateEvaluation("Accuracy");
      double seconds = all.time().elapsed().minus(warm.time().elapsed()).toNanos() / 1e9;
      System.out.printf(
          "Fashion-MNIST: %d epochs, accuracy %.4f; once warm %.0f images/s, %.2f%% of the time"
              + " waited for batches%n",
          epochs,
          accuracy,
          (all.records() - warm.records()) / seconds,
          100 * (all.time().stall().toNanos() - warm.time().stall().toNanos()) / 1e9 / seconds);
      return accuracy;
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Passes batches on, and writes down what was in them. */
  private static final class Seen implements ai.djl.training.dataset.Dataset {
    private final PenstockDataset batches;
    private final List<String> digests;
    private int actionAfter = -1;
    private Action action;

    Seen(PenstockDataset batches, List<String> digests) {
      this.batches = batches;
      this.digests = digests;
    }

    void afterBatch(int count, Action action) {
      this.actionAfter = count;
      this.action = action;
    }

    @Override
    public Iterable<Batch> getData(NDManager manager) {
      Iterator<Batch> epoch = batches.getData(manager).iterator();
      return () ->
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return epoch.hasNext();
            }

            @Override
            public Batch next() {
              if (digests.size() == actionAfter) {
                try {
                  action.run();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }
              Batch batch = epoch.next();
              digests.add(digest(batch));
              return batch;
            }
          };
    }

    @Override
    public void prepare(Progress progress) {}

    private static String digest(Batch batch) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (NDArray array : batch.getData()) {
          digest.update(array.toByteArray());
        }
        for (NDArray array : batch.getLabels()) {
          digest.update(array.toByteArray());
        }
        return HexFormat.of().formatHex(digest.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has SHA-256", e);
      }
    }
  }
}

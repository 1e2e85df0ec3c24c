package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.spark.examples.DataParallelSoftmax;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example learns real images as well on several ranks as on one. */
@Timeout(240)
class DataParallelSoftmaxTest {
  private static final Path PACKAGE = Path.of("/usr/share/datasets/fashion-mnist");
  private static final int PIXELS = 28 * 28;
  private static final int IMAGES_HEADER = 16;
  private static final int LABELS_HEADER = 8;

  private static SparkSession spark;

  @TempDir static Path directory;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        Files.isDirectory(PACKAGE), "Debian's package dataset-fashion-mnist is not installed");
    for (String part : new String[] {"train", "t10k"}) {
      for (String file : new String[] {"-images-idx3-ubyte", "-labels-idx1-ubyte"}) {
        try (InputStream in =
            new GZIPInputStream(Files.newInputStream(PACKAGE.resolve(part + file + ".gz")))) {
          Files.copy(in, directory.resolve(part + file));
        }
      }
    }
    spark = SparkTestSession.local(2);
  }

  @AfterAll
  static void stop() {
    if (spark != null) {
      spark.stop();
    }
  }

  private static DataParallelSoftmax.TrainedModel train(String state, int ranks, int epochs) {
    SparkSource source =
        SparkSource.of()
            .column("images", directory.resolve("train-images-idx3-ubyte").toString())
            .column("labels", directory.resolve("train-labels-idx1-ubyte").toString());
    return DataParallelSoftmax.train(spark, source, directory.resolve(state), ranks, epochs);
  }

  private static double accuracy(DataParallelSoftmax model) throws IOException {
    byte[] images = Files.readAllBytes(directory.resolve("t10k-images-idx3-ubyte"));
    byte[] labels = Files.readAllBytes(directory.resolve("t10k-labels-idx1-ubyte"));
    byte[] pixels = Arrays.copyOfRange(images, IMAGES_HEADER, images.length);
    int count = labels.length - LABELS_HEADER;
    assertThat(pixels).hasSize(count * PIXELS);
    int correct = 0;
    for (int i = 0; i < count; i++) {
      correct += model.classify(pixels, i) == labels[LABELS_HEADER + i] ? 1 : 0;
    }
    return (double) correct / count;
  }

  @Test
  void twoRanksLearnAsOneDoesAndTheSameAgain() throws IOException {
    DataParallelSoftmax.TrainedModel two = train("two.state", 2, 2);
    DataParallelSoftmax.TrainedModel one = train("one.state", 1, 2);
    assertThat(two.losses()).hasSize(2);
    assertThat(two.losses().get(1)).isLessThan(two.losses().get(0));
    assertThat(two.losses().get(1)).isCloseTo(one.losses().get(1), within(0.001));
    assertThat(accuracy(two.model())).isGreaterThan(0.8);
    assertThat(accuracy(two.model())).isCloseTo(accuracy(one.model()), within(0.005));

    // Stopped after an epoch, and gone on: the very same model, bit for bit.
    train("halves.state", 2, 1);
    DataParallelSoftmax.TrainedModel halves = train("halves.state", 2, 2);
    assertThat(halves.losses().getFirst()).isEqualTo(two.losses().get(1));
    assertThat(halves.model().parameters()).isEqualTo(two.model().parameters());
  }
}

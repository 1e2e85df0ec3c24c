package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.options.Shuffle;
import io.penstock.transform.Transforms;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PNG files of 16 bits through a pipeline: no bit is lost but by resizing. */
class DeepImagesTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;
  private static final double MEAN = 0.25;
  private static final double DEVIATION = 0.5;

  @TempDir Path folder;

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  private static BufferedImage picture() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
    Random random = new Random(2);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      image.getRaster().setSample(i % WIDTH, i / WIDTH, 0, random.nextInt(1 << 16));
    }
    return image;
  }

  private char[] run(ImagePipeline pipeline) throws IOException {
    try (Dataset dataset = ImageFiles.values(folder, List.of(ImageFiles.encode(picture(), "png")));
        Loader loader =
            dataset
                .loader()
                .batchSize(1)
                .shuffle(Shuffle.NONE)
                .transform(pipeline.transform())
                .transform(Transforms.drop("jpg"))
                .build()) {
      assertThat(loader.columns().getFirst().elementType()).isEqualTo(ElementType.UINT16);
      for (Batch batch : loader.epoch(0)) {
        return batch.column(0).toArray(ValueLayout.JAVA_CHAR);
      }
    }
    throw new AssertionError("no batch");
  }

  private static ImageDecoding decode() {
    return Images.decode("jpg").to("pixels").gray().bits16();
  }

  @Test
  void aCropIsThePixelsOfTheFile() throws IOException {
    BufferedImage image = picture();
    char[] found = run(decode().centerCrop(20, 30));
    for (int i = 0; i < found.length; i++) {
      assertThat((int) found[i]).isEqualTo(image.getRaster().getSample(5 + i % 30, 5 + i / 30, 0));
    }
  }

  @Test
  void halfTheSizeIsTheMeansOfTriangles() throws IOException {
    BufferedImage image = picture();
    char[] found = run(decode().resize(HEIGHT, WIDTH / 2));
    double[] weights = {1, 3, 3, 1};
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 1; x < WIDTH / 2 - 1; x++) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] / 8 * image.getRaster().getSample(2 * x - 1 + k, y, 0);
        }
        assertThat(Math.abs(found[y * WIDTH / 2 + x] - sum)).isLessThan(1);
      }
    }
  }

  @Test
  void normalizedValuesAreSharesOf65535() throws IOException {
    char[] numbers = run(decode().resize(8, 8));
    try (Dataset dataset = ImageFiles.values(folder, List.of(ImageFiles.encode(picture(), "png")));
        Loader loader =
            dataset
                .loader()
                .transform(
                    decode()
                        .resize(8, 8)
                        .normalize(new double[] {MEAN}, new double[] {DEVIATION})
                        .transform())
                .transform(Transforms.drop("jpg"))
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        MemorySegment floats = batch.column(0);
        for (int i = 0; i < numbers.length; i++) {
          double expected = (numbers[i] / 65535.0 - MEAN) / DEVIATION;
          double found = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          assertThat(Math.abs(found - expected)).isLessThan(1e-6);
        }
      }
    }
  }
}

package io.penstock.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.TestArray;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.sampler.Tour;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the package documentation compiles, runs, and does what it says. */
class TransformTourTest {
  @TempDir Path directory;

  /** Images of 40x40 pixels, as bytes in a row; told to be of three axes by the header. */
  private Path images() throws IOException {
    Path path = TestArray.random(directory.resolve("images.npy"), 200, 4800, 1).path();
    byte[] bytes = Files.readAllBytes(path);
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    String axes = header.replace("(200, 4800), }", "(200, 40, 40, 3), }").substring(0, 117) + "\n";
    System.arraycopy(axes.getBytes(StandardCharsets.US_ASCII), 0, bytes, 10, 118);
    return Files.write(path, bytes);
  }

  @Test
  void exampleRuns() throws IOException {
    Path images = images();
    Path labels = TestArray.random(directory.resolve("labels.npy"), 200, 1, 2).path();
    double sum = 0;
    int even = 0;
    // tour
    double[] mean = {0.5, 0.5, 0.5};
    double[] deviation = {0.25, 0.25, 0.25};
    try (Dataset dataset = Dataset.open(images, labels); // uint8: (200, 40, 40, 3) and (200, 1)
        Loader loader =
            dataset
                .loader()
                .batchSize(64)
                .transform(Transforms.randomCrop("images", Layout.HWC, 32, 32))
                .transform(Transforms.randomFlip("images", Layout.HWC, 0.5))
                .transform(
                    Transforms.normalize(
                        "images", Layout.HWC, Layout.CHW, 1 / 255.0, mean, deviation))
                .transform( // one of our own: reads "labels", adds "isEven"
                    "labels",
                    OutputColumn.of("isEven", ElementType.BOOL),
                    record -> {
                      long at = record.inputOffset(0);
                      int label = record.input(0).get(ValueLayout.JAVA_BYTE, at);
                      byte isEven = (byte) (label % 2 == 0 ? 1 : 0);
                      record.output(0).set(ValueLayout.JAVA_BYTE, record.outputOffset(0), isEven);
                    })
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        MemorySegment floats = batch.column("images"); // float32: (64, 3, 32, 32)
        for (long i = 0; i < floats.byteSize() / 4; i++) {
          sum += floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        for (int i = 0; i < batch.size(); i++) {
          even += batch.column("isEven").get(ValueLayout.JAVA_BYTE, i);
        }
      }
    }
    // end of tour
    assertThat(sum / (200 * 3072)).isBetween(-0.05, 0.05);
    assertThat(even).isBetween(60, 140);
  }

  @Test
  void exampleIsTheDocumentedOne() throws IOException {
    assertThat(Tour.documented(Transform.class.getPackage()))
        .isEqualTo(Tour.compiled(TransformTourTest.class));
  }
}

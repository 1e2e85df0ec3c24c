package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.sampler.Tour;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the package documentation compiles, runs, and does what it says. */
class PackageTourTest {
  @TempDir Path directory;

  @Test
  void exampleRuns() {
    Path images = TestArray.random(directory.resolve("images.npy"), 600, 784, 1).path();
    TestArray array = TestArray.random(directory.resolve("labels.npy"), 600, 1, 2);
    for (int i = 0; i < 600; i++) {
      array.put(i, new byte[] {(byte) (i % 10)});
    }
    Path labels = array.path();
    long[] counts = new long[10];
    // tour
    try (Dataset dataset = Dataset.open(images, labels); // .npy files: (60000, 28, 28) and (60000,)
        Loader loader = dataset.loader().batchSize(128).seed(7).build()) {
      for (Epoch epoch : loader.epochs(3)) { // each in another order
        for (Batch batch : epoch) { // closed when the loop asks for the next
          MemorySegment bytes = batch.column("labels");
          for (int i = 0; i < batch.size(); i++) {
            counts[bytes.get(ValueLayout.JAVA_BYTE, i)]++;
          }
        }
      }
    }
    // end of tour
    assertThat(Arrays.stream(counts)).containsOnly(3 * 60L);
  }

  @Test
  void exampleIsTheDocumentedOne() throws IOException {
    assertThat(Tour.documented(Dataset.class.getPackage()))
        .isEqualTo(Tour.compiled(PackageTourTest.class));
  }
}

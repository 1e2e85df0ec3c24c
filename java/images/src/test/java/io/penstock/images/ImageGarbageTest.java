package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.transform.Transform;
import io.penstock.transform.Transforms;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Once it is warm, decoding images makes no garbage at all. */
@Timeout(120)
class ImageGarbageTest {
  private static final int BATCH = 8;
  private static final int WARM_BATCHES = 8000;
  private static final int BATCHES = 4000;

  /** Less than an object, which has 16: some are made when the compiler replaces code. */
  private static final long MOST_BYTES_PER_BATCH = 8;

  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
    assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count");
  }

  private static List<Long> transformers() {
    List<Long> ids = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("penstock-transform-")) {
        ids.add(thread.threadId());
      }
    }
    return ids;
  }

  private static long consume(Iterator<Epoch> epochs, int count) {
    long sum = 0;
    for (int batches = 0; batches < count; ) {
      for (Batch batch : epochs.next()) {
        sum += batch.column(0).get(ValueLayout.JAVA_BYTE, 0);
        batches++;
      }
    }
    return sum;
  }

  private void check(Transform decoding) throws Exception {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      files.add(
          ImageFiles.encode(ImageFiles.picture(20, 16 + i % 3, i), i % 2 == 0 ? "jpg" : "png"));
    }
    List<Long> before = transformers();
    try (Dataset dataset = ImageFiles.values(folder, files);
        Loader loader =
            dataset
                .loader()
                .batchSize(BATCH)
                .transformThreads(2)
                .memoryBytes(32 << 20)
                .transform(decoding)
                .transform(Transforms.drop("jpg"))
                .build()) {
      List<Long> threads = transformers();
      threads.removeAll(before);
      assertThat(threads).hasSize(2);
      Iterator<Epoch> epochs = loader.epochs(1_000_000).iterator();
      consume(epochs, WARM_BATCHES);
      long start = threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
      long checksum = consume(epochs, BATCHES);
      long bytes = threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum() - start;
      assertThat(bytes / BATCHES)
          .as("bytes per batch; %d in all, checksum %d", bytes, checksum)
          .isLessThan(MOST_BYTES_PER_BATCH);
    }
  }

  @Test
  void croppedAndNormalizedImagesMakeNoGarbage() throws Exception {
    check(
        Images.decode("jpg")
            .to("pixels")
            .randomResizedCrop(8, 8)
            .randomFlip()
            .colourJitter(0.4, 0.4, 0.4, 0.1)
            .normalize(MEAN, DEVIATION)
            .transform());
  }

  @Test
  void imagesOfDifferentSizesMakeNoGarbage() throws Exception {
    check(Images.decode("jpg").to("pixels").upTo(20 * 20).transform());
  }
}

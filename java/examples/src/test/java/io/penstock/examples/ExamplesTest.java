package io.penstock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.write.NpyWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what they say. */
class ExamplesTest {
  private static final int RECORDS = 2000;
  private static final int FEATURES = 19; // not a multiple of any vector's length

  @TempDir Path directory;
  private final float[] weights = new float[FEATURES];

  @BeforeEach
  void makeData() {
    SplittableRandom random = new SplittableRandom(5);
    float[] x = new float[RECORDS * FEATURES];
    float[] y = new float[RECORDS];
    for (int i = 0; i < FEATURES; i++) {
      weights[i] = (float) random.nextDouble(-1, 1);
    }
    for (int r = 0; r < RECORDS; r++) {
      for (int i = 0; i < FEATURES; i++) {
        x[r * FEATURES + i] = (float) random.nextDouble(-1, 1);
        y[r] += weights[i] * x[r * FEATURES + i];
      }
    }
    write("x.npy", x, (long) FEATURES);
    write("y.npy", y);
  }

  private void write(String name, float[] elements, long... recordShape) {
    ElementType type = ElementType.FLOAT32;
    try (NpyWriter writer = NpyWriter.builder(directory.resolve(name), type, recordShape).open()) {
      writer.append(MemorySegment.ofArray(elements));
      writer.commit();
    }
  }

  private Dataset dataset() {
    return Dataset.open(directory.resolve("x.npy"), directory.resolve("y.npy"));
  }

  @Test
  void plainLoopsAndVectorsLearnTheSameWeights() {
    for (LinearRegression.Kernel kernel :
        new LinearRegression.Kernel[] {new LinearRegression.PlainKernel(), new VectorKernel()}) {
      try (Dataset dataset = dataset();
          Loader loader = dataset.loader().batchSize(64).seed(1).build()) {
        float[] learnt = new LinearRegression(FEATURES, kernel).fit(loader, 5, 0.05f);
        for (int i = 0; i < FEATURES; i++) {
          assertThat(learnt[i]).isCloseTo(weights[i], within(1e-3f));
        }
      }
    }
  }

  @Test
  void aTensorOfOnnxLiesInTheBatch() throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(64).build()) {
      for (Batch batch : loader.epoch(0)) {
        MemorySegment x = batch.column("x");
        try (OnnxTensor tensor = OnnxInput.of(environment, batch, dataset.column("x"))) {
          assertThat(tensor.getInfo().getShape()).containsExactly(batch.size(), FEATURES);
          // What is written to the batch now is what the tensor has.
          x.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 42);
          float[][] values = (float[][]) tensor.getValue();
          assertThat(values[0][1]).isEqualTo(42);
          assertThat(values[batch.size() - 1][FEATURES - 1])
              .isEqualTo(x.getAtIndex(ValueLayout.JAVA_FLOAT, (long) batch.size() * FEATURES - 1));
        }
      }
    }
  }
}

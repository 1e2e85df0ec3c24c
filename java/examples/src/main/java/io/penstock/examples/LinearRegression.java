package io.penstock.examples;

import io.penstock.Batch;
import io.penstock.Epoch;
import io.penstock.Loader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;

/**
 * Learns weights w so that w.x is close to y, by stochastic gradient descent in plain Java: float32
 * columns "x" of n numbers a record, and "y" of one.
 *
 * <p>Numbers are read where the loader put them. How two vectors are multiplied and added is left
 * to {@link Kernel}, of which {@link VectorKernel} is a faster one.
 */
public final class LinearRegression {
  private final float[] weights;
  private final Kernel kernel;

  /** Two loops over a row of numbers, which is all that takes time. */
  public interface Kernel {
    /**
     * Scalar product.
     *
     * @param weights as many as the row has numbers
     * @param rows float32 in native order
     * @param offset where the row starts, in bytes
     * @return the sum of the products
     */
    float dot(float[] weights, MemorySegment rows, long offset);

    /**
     * Adds a multiple of a row to the weights.
     *
     * @param weights to be changed
     * @param factor of the row
     * @param rows float32 in native order
     * @param offset where the row starts, in bytes
     */
    void add(float[] weights, float factor, MemorySegment rows, long offset);
  }

  /** Loops that anyone would write. */
  public static final class PlainKernel implements Kernel {
    /** Made. */
    public PlainKernel() {}

    @Override
    public float dot(float[] weights, MemorySegment rows, long offset) {
      float sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * rows.get(ValueLayout.JAVA_FLOAT, offset + (long) i * Float.BYTES);
      }
      return sum;
    }

    @Override
    public void add(float[] weights, float factor, MemorySegment rows, long offset) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] += factor * rows.get(ValueLayout.JAVA_FLOAT, offset + (long) i * Float.BYTES);
      }
    }
  }

  /**
   * Starts with weights of 0.
   *
   * @param features numbers in a record of "x"
   * @param kernel to compute with
   */
  public LinearRegression(int features, Kernel kernel) {
    this.weights = new float[features];
    this.kernel = kernel;
  }

  /**
   * Goes through some epochs.
   *
   * @param loader of the two columns
   * @param epochs how many
   * @param rate how far to go at each record
   * @return the weights
   */
  public float[] fit(Loader loader, int epochs, float rate) {
    for (Epoch epoch : loader.epochs(epochs)) {
      for (Batch batch : epoch) {
        step(batch.column("x"), batch.floats("y"), batch.size(), rate);
      }
    }
    return weights.clone();
  }

  private void step(MemorySegment x, FloatBuffer y, int size, float rate) {
    long rowBytes = (long) weights.length * Float.BYTES;
    for (int i = 0; i < size; i++) {
      float error = y.get(i) - kernel.dot(weights, x, i * rowBytes);
      kernel.add(weights, rate * error, x, i * rowBytes);
    }
  }
}

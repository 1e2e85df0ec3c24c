package io.penstock.cli.demo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The smallest classifier that learns clothes: ten weighted sums of the pixels, and gradient
 * descent in mini-batches.
 *
 * <p>Plain loops over float arrays, without a library, so that a trainer costs little and reading
 * shows. Nothing is allocated per batch. Starts from zeros, so that runs are alike. One thread.
 */
public final class SoftmaxRegression {
  private static final int PIXELS = ImageSet.PIXELS;
  private static final int CLASSES = ImageSet.CLASSES;

  private final float[] weights = new float[CLASSES * PIXELS];
  private final float[] biases = new float[CLASSES];
  private final float[] weightGradients = new float[CLASSES * PIXELS];
  private final float[] biasGradients = new float[CLASSES];
  private final byte[] bytes = new byte[PIXELS];
  private final float[] pixels = new float[PIXELS];
  private final float[] scores = new float[CLASSES];

  /** For the pixels, which are bytes. */
  private final float[] values = new float[256];

  /** An untrained one. */
  public SoftmaxRegression() {
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 255f;
    }
  }

  /**
   * Learns from a mini-batch.
   *
   * @param images so many times 784 bytes
   * @param labels so many classes, a byte each
   * @param count of images
   * @param rate how far to step
   * @return sum of the losses (cross-entropy in nats) of the images, before the step
   */
  public double train(MemorySegment images, MemorySegment labels, int count, float rate) {
    Arrays.fill(weightGradients, 0);
    Arrays.fill(biasGradients, 0);
    double loss = 0;
    for (int i = 0; i < count; i++) {
      load(images, i);
      score();
      int label = labels.get(ValueLayout.JAVA_BYTE, i);
      loss += toProbabilities(label);
      scores[label] -= 1;
      for (int c = 0; c < CLASSES; c++) {
        addScaled(weightGradients, c * PIXELS, scores[c], pixels);
        biasGradients[c] += scores[c];
      }
    }
    float step = -rate / count;
    addScaled(weights, 0, step, weightGradients);
    addScaled(biases, 0, step, biasGradients);
    return loss;
  }

  /**
   * Counts the images that it recognises.
   *
   * @param set images with their classes
   */
  public int countCorrect(ImageSet set) {
    MemorySegment images = MemorySegment.ofArray(set.images());
    int correct = 0;
    for (int i = 0; i < set.count(); i++) {
      load(images, i);
      score();
      int best = 0;
      for (int c = 1; c < CLASSES; c++) {
        best = scores[c] > scores[best] ? c : best;
      }
      correct += best == set.labels()[i] ? 1 : 0;
    }
    return correct;
  }

  private void load(MemorySegment images, int i) {
    MemorySegment.copy(images, ValueLayout.JAVA_BYTE, (long) i * PIXELS, bytes, 0, PIXELS);
    for (int p = 0; p < PIXELS; p++) {
      pixels[p] = values[bytes[p] & 0xff];
    }
  }

  private void score() {
    for (int c = 0; c < CLASSES; c++) {
      scores[c] = biases[c] + dot(weights, c * PIXELS, pixels);
    }
  }

  /** Eight sums side by side: one would have to wait for its last addition each time. */
  private static float dot(float[] a, int start, float[] b) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int i = 0; i < b.length; i += 8) {
      s0 += a[start + i] * b[i];
      s1 += a[start + i + 1] * b[i + 1];
      s2 += a[start + i + 2] * b[i + 2];
      s3 += a[start + i + 3] * b[i + 3];
      s4 += a[start + i + 4] * b[i + 4];
      s5 += a[start + i + 5] * b[i + 5];
      s6 += a[start + i + 6] * b[i + 6];
      s7 += a[start + i + 7] * b[i + 7];
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  private static void addScaled(float[] target, int start, float factor, float[] source) {
    for (int i = 0; i < source.length; i++) {
      target[start + i] += factor * source[i];
    }
  }

  /** Turns scores into probabilities; returns the loss of the class that it is. */
  private double toProbabilities(int label) {
    float max = scores[0];
    for (float score : scores) {
      max = Math.max(max, score);
    }
    float own = scores[label] - max;
    float sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      scores[c] = (float) Math.exp(scores[c] - max);
      sum += scores[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      scores[c] /= sum;
    }
    return Math.log(sum) - own;
  }
}

package io.penstock.spark.examples;

import io.penstock.Batch;
import io.penstock.spark.PenstockSpark;
import io.penstock.spark.RankContext;
import io.penstock.spark.RankStep;
import io.penstock.spark.SparkSource;
import io.penstock.spark.TrainOptions;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * Data-parallel softmax regression, to be copied: each rank computes the gradients of its part of a
 * batch, the ranks add them up, and each makes the same step. So all ranks have the same model at
 * all times, which rank 0 saves with the state.
 *
 * <pre>{@code
 * spark-submit --class io.penstock.spark.examples.DataParallelSoftmax --jars penstock.jar \
 *   penstock-spark.jar train-images-idx3-ubyte train-labels-idx1-ubyte job.state 5
 * }</pre>
 *
 * <p>The arguments: images of bytes, their classes (0 to 9), the file of the state, and how many
 * epochs. Started again, also with another number of ranks, it goes on from the state.
 */
public final class DataParallelSoftmax implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int CLASSES = 10;

  /** Of all ranks together. */
  private static final int GLOBAL_BATCH = 256;

  private static final float RATE = 0.1f;
  private static final float SCALE = 1 / 255f;

  private final int pixels;

  /** Weights of all classes, and behind them the biases. */
  private final float[] parameters;

  /**
   * An untrained model, which is zeros.
   *
   * @param pixels of an image
   */
  public DataParallelSoftmax(int pixels) {
    this.pixels = pixels;
    this.parameters = new float[CLASSES * (pixels + 1)];
  }

  /**
   * Trains, and prints the mean loss of each epoch.
   *
   * @param arguments images, labels, state, epochs
   */
  public static void main(String[] arguments) {
    SparkSource source =
        SparkSource.of().column("images", arguments[0]).column("labels", arguments[1]);
    SparkSession spark = SparkSession.builder().appName("softmax").getOrCreate();
    try {
      int ranks = spark.sparkContext().defaultParallelism();
      TrainedModel trained =
          train(spark, source, Path.of(arguments[2]), ranks, Long.parseLong(arguments[3]));
      trained.losses().forEach(System.out::println);
    } finally {
      spark.stop();
    }
  }

  /**
   * What training gave.
   *
   * @param model of the last step
   * @param losses mean loss of each epoch that this run made or finished, in nats
   */
  public record TrainedModel(DataParallelSoftmax model, List<Double> losses)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Trains on several ranks.
   *
   * @param spark the session
   * @param source columns images, of bytes, and labels
   * @param state the file of the state
   * @param ranks how many
   * @param epochs how many, those of earlier runs included
   * @return the model, which is the same on all ranks
   */
  public static TrainedModel train(
      SparkSession spark, SparkSource source, Path state, int ranks, long epochs) {
    TrainOptions options =
        TrainOptions.of(state)
            .ranks(ranks)
            .batchSize(Math.max(1, GLOBAL_BATCH / ranks))
            .seed(7)
            .epochs(epochs)
            .saveEvery(50)
            .loader(loader -> loader.memoryBytes(64 << 20));
    return PenstockSpark.train(spark, source, options, DataParallelSoftmax::run).getFirst();
  }

  /** What each rank does. */
  private static TrainedModel run(RankContext context) {
    int pixels = (int) context.loader().column("images").shape().elementCount();
    DataParallelSoftmax model = new DataParallelSoftmax(pixels);
    context.saved().ifPresent(model::restore);
    context.saveWith(model::toBytes);
    List<Double> losses = new ArrayList<>();
    double lossOfEpoch = 0;
    double imagesOfEpoch = 0;
    long epoch = -1;
    for (RankStep step : context.steps()) {
      if (epoch >= 0 && step.epoch() != epoch) {
        losses.add(lossOfEpoch / imagesOfEpoch);
        lossOfEpoch = 0;
        imagesOfEpoch = 0;
      }
      epoch = step.epoch();
      // Gradients of this rank, and behind them its loss and how many images it has.
      float[] own = new float[model.parameters.length + 2];
      step.batch().ifPresent(batch -> model.addGradients(batch, own));
      float[] sum = context.sum(own);
      float images = sum[own.length - 1];
      model.step(sum, RATE / images);
      lossOfEpoch += sum[own.length - 2];
      imagesOfEpoch += images;
    }
    if (imagesOfEpoch > 0) {
      losses.add(lossOfEpoch / imagesOfEpoch);
    }
    return new TrainedModel(model, losses);
  }

  private void addGradients(Batch batch, float[] gradients) {
    MemorySegment images = batch.column("images");
    MemorySegment labels = batch.column("labels");
    float[] image = new float[pixels];
    float[] scores = new float[CLASSES];
    double loss = 0;
    for (int i = 0; i < batch.size(); i++) {
      for (int p = 0; p < pixels; p++) {
        image[p] = (images.get(ValueLayout.JAVA_BYTE, (long) i * pixels + p) & 0xff) * SCALE;
      }
      int label = labels.get(ValueLayout.JAVA_BYTE, i);
      score(image, scores);
      loss += toProbabilities(scores, label);
      scores[label] -= 1;
      for (int c = 0; c < CLASSES; c++) {
        int weights = c * pixels;
        for (int p = 0; p < pixels; p++) {
          gradients[weights + p] += scores[c] * image[p];
        }
        gradients[CLASSES * pixels + c] += scores[c];
      }
    }
    gradients[parameters.length] += (float) loss;
    gradients[parameters.length + 1] += batch.size();
  }

  private void score(float[] image, float[] scores) {
    for (int c = 0; c < CLASSES; c++) {
      float sum = parameters[CLASSES * pixels + c];
      for (int p = 0; p < pixels; p++) {
        sum += parameters[c * pixels + p] * image[p];
      }
      scores[c] = sum;
    }
  }

  /** Turns scores into probabilities; returns the loss of the class that it is. */
  private static double toProbabilities(float[] scores, int label) {
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

  private void step(float[] gradients, float rate) {
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] -= rate * gradients[i];
    }
  }

  /**
   * The class of an image.
   *
   * @param images bytes of images
   * @param i which of them
   * @return 0 to 9
   */
  public int classify(byte[] images, int i) {
    float[] image = new float[pixels];
    for (int p = 0; p < pixels; p++) {
      image[p] = (images[i * pixels + p] & 0xff) * SCALE;
    }
    float[] scores = new float[CLASSES];
    score(image, scores);
    int best = 0;
    for (int c = 1; c < CLASSES; c++) {
      best = scores[c] > scores[best] ? c : best;
    }
    return best;
  }

  /**
   * The parameters.
   *
   * @return a copy
   */
  public float[] parameters() {
    return Arrays.copyOf(parameters, parameters.length);
  }

  private byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(parameters.length * Float.BYTES);
    bytes.asFloatBuffer().put(parameters);
    return bytes.array();
  }

  private void restore(byte[] bytes) {
    ByteBuffer.wrap(bytes).asFloatBuffer().get(parameters);
  }
}

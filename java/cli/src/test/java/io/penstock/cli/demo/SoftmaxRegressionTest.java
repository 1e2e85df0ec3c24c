package io.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** The classifier learns what can be learnt. */
final class SoftmaxRegressionTest {
  private static final int BATCH = 100;

  private static double epoch(SoftmaxRegression model, ImageSet set) {
    MemorySegment images = MemorySegment.ofArray(set.images());
    MemorySegment labels = MemorySegment.ofArray(set.labels());
    double loss = 0;
    for (int i = 0; i < set.count(); i += BATCH) {
      loss +=
          model.train(
              images.asSlice((long) i * ImageSet.PIXELS, (long) BATCH * ImageSet.PIXELS),
              labels.asSlice(i, BATCH),
              BATCH,
              0.1f);
    }
    return loss / set.count();
  }

  @Test
  void lossStartsAtThatOfGuessingAndFalls() {
    ImageSet set = GeneratedImages.make(BATCH, 1);
    SoftmaxRegression model = new SoftmaxRegression();
    assertThat(epoch(model, set)).isCloseTo(Math.log(10), within(1e-4));
    double first = epoch(model, set);
    double second = epoch(model, set);
    assertThat(first).isLessThan(Math.log(10));
    assertThat(second).isLessThan(first);
  }

  @Test
  void itRecognisesImagesThatItHasNotSeen() {
    SoftmaxRegression model = new SoftmaxRegression();
    ImageSet test = GeneratedImages.make(1000, 2);
    assertThat(model.countCorrect(test)).isLessThan(300);
    epoch(model, GeneratedImages.make(10_000, 1));
    assertThat(model.countCorrect(test)).isGreaterThan(700);
  }

  @Test
  void aStepGoesAgainstTheGradient() {
    // One image, white: each weight of its class moves by rate * (1 - 1/10), of others by -rate/10.
    byte[] white = new byte[ImageSet.PIXELS];
    java.util.Arrays.fill(white, (byte) 255);
    MemorySegment images = MemorySegment.ofArray(white);
    MemorySegment labels = MemorySegment.ofArray(new byte[] {3});
    SoftmaxRegression model = new SoftmaxRegression();
    model.train(images, labels, 1, 0.001f);
    // Scores: 785 terms (pixels and bias) of 0.0009 for class 3, of -0.0001 for each other one.
    double own = 785 * 0.0009;
    double other = 785 * -0.0001;
    double expected = Math.log(Math.exp(own) + 9 * Math.exp(other)) - own;
    assertThat(model.train(images, labels, 1, 0)).isCloseTo(expected, within(1e-4));
  }

  @Test
  void generatedImagesAreTheSameInEveryRun() {
    assertThat(GeneratedImages.make(20, 1).images())
        .isEqualTo(GeneratedImages.make(20, 1).images())
        .isNotEqualTo(GeneratedImages.make(20, 2).images());
  }
}

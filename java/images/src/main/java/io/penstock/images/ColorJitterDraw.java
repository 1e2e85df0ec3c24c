package io.penstock.images;

import io.penstock.transform.RecordRandom;

/**
 * Draws changes of colour: four factors and the order in which they are applied, as torchvision's
 * {@code ColorJitter} does. Always the same numbers are drawn, whichever of the changes are wanted;
 * AUGMENT.md specifies it.
 *
 * @param brightness how far the factor lies from 1 at most; 0: no such change
 * @param contrast the same
 * @param saturation the same
 * @param hue how far hues turn at most, in circles, 0 to 0.5; 0: no such change
 */
record ColorJitterDraw(double brightness, double contrast, double saturation, double hue) {
  private static final int STEPS = 4;

  ColorJitterDraw {
    requireStrength("brightness", brightness);
    requireStrength("contrast", contrast);
    requireStrength("saturation", saturation);
    if (!(hue >= 0 && hue <= 0.5)) {
      throw new IllegalArgumentException("hue must be 0 to 0.5, was " + hue);
    }
  }

  private static void requireStrength(String name, double strength) {
    if (!(strength >= 0 && strength <= 1000)) {
      throw new IllegalArgumentException(name + " must be 0 to 1000, was " + strength);
    }
  }

  /** Sets steps and factors. */
  void draw(RecordRandom random, Augmentation result) {
    int order = shuffle(random);
    result.brightness = factor(brightness, random.nextDouble());
    result.contrast = factor(contrast, random.nextDouble());
    result.saturation = factor(saturation, random.nextDouble());
    double turn = RandomCropDraw.between(-hue, hue, random.nextDouble());
    result.hue = (int) (turn * 255) & 255;
    result.steps = wanted(order);
  }

  /** The four steps, one a byte, in random order. */
  private static int shuffle(RecordRandom random) {
    int steps =
        Augmentation.BRIGHTNESS
            | Augmentation.CONTRAST << 8
            | Augmentation.SATURATION << 16
            | Augmentation.HUE << 24;
    for (int i = STEPS - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int difference = ((steps >>> (8 * i)) ^ (steps >>> (8 * other))) & 0xff;
      steps ^= (difference << (8 * i)) ^ (difference << (8 * other));
    }
    return steps;
  }

  private static float factor(double strength, double share) {
    return (float) RandomCropDraw.between(Math.max(0, 1 - strength), 1 + strength, share);
  }

  /** The order without the steps that have no strength: 0 in their places. */
  private int wanted(int order) {
    int steps = order;
    for (int i = 0; i < STEPS; i++) {
      int step = (order >>> (8 * i)) & 0xff;
      if (strength(step) == 0) {
        steps &= ~(0xff << (8 * i));
      }
    }
    return steps;
  }

  private double strength(int step) {
    return switch (step) {
      case Augmentation.BRIGHTNESS -> brightness;
      case Augmentation.CONTRAST -> contrast;
      case Augmentation.SATURATION -> saturation;
      default -> hue;
    };
  }
}

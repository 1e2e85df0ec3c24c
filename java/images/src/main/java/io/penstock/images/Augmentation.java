package io.penstock.images;

/**
 * What the random numbers of one record say is to be done with its image: which part of it is
 * resized, whether it is mirrored, and how its colours change. Filled by {@link RandomCropDraw} and
 * {@link ColorJitterDraw}; AUGMENT.md, beside this file, has the rules. For one thread; reused from
 * record to record.
 */
final class Augmentation {
  /** A change of colour, numbered as in penstock_images.h. */
  static final int BRIGHTNESS = 1;

  static final int CONTRAST = 2;
  static final int SATURATION = 3;
  static final int HUE = 4;

  int left;
  int top;
  int width;
  int height;
  boolean isMirrored;

  /** Changes of colour, the first one in the lowest byte. */
  int steps;

  float brightness;
  float contrast;
  float saturation;

  /** 0 to 255. */
  int hue;

  /** Starts over: all of an image as it is. */
  void reset(int imageWidth, int imageHeight) {
    left = 0;
    top = 0;
    width = imageWidth;
    height = imageHeight;
    isMirrored = false;
    steps = 0;
    brightness = 1;
    contrast = 1;
    saturation = 1;
    hue = 0;
  }
}

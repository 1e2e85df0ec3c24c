package io.penstock.spi;

import java.util.Objects;

/**
 * An image that an {@link ImageProvider} decoded: its samples row by row from the top, those of a
 * pixel together.
 */
public final class DecodedImage {
  private static final int COLOURS = 3;
  private static final int DEEP = 16;

  private final int height;
  private final int width;
  private final int channels;
  private final int bits;
  private final char[] samples;

  private DecodedImage(int height, int width, int channels, int bits, char[] samples) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.bits = bits;
    this.samples = Objects.requireNonNull(samples, "samples");
  }

  /**
   * Makes one.
   *
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @param channels 1 for gray, 3 for red, green and blue
   * @param bits of a sample: 8 or 16
   * @param samples as many as these make; taken over, not copied
   * @return the image
   */
  public static DecodedImage of(int height, int width, int channels, int bits, char[] samples) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "height and width must be at least 1, were %d and %d".formatted(height, width));
    }
    if ((channels != 1 && channels != COLOURS) || (bits != Byte.SIZE && bits != DEEP)) {
      throw new IllegalArgumentException(
          "channels must be 1 or 3 and bits 8 or 16, were %d and %d".formatted(channels, bits));
    }
    if (samples.length != (long) height * width * channels) {
      throw new IllegalArgumentException(
          "samples must be %d x %d x %d, were %d"
              .formatted(height, width, channels, samples.length));
    }
    return new DecodedImage(height, width, channels, bits, samples);
  }

  /**
   * How many rows it has.
   *
   * @return at least 1
   */
  public int height() {
    return height;
  }

  /**
   * How many columns it has.
   *
   * @return at least 1
   */
  public int width() {
    return width;
  }

  /**
   * How many samples a pixel has.
   *
   * @return 1 for gray, 3 for red, green and blue
   */
  public int channels() {
    return channels;
  }

  /**
   * How many bits a sample has.
   *
   * @return 8 or 16
   */
  public int bits() {
    return bits;
  }

  /**
   * The samples.
   *
   * @return its own array
   */
  public char[] samples() {
    return samples;
  }
}

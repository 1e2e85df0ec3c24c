package io.penstock.cli.convert.image;

/**
 * An image that was decoded: its samples row by row, those of a pixel together. Gray, or red, green
 * and blue; transparency is left out.
 *
 * @param channels 1 or 3
 * @param isDeep whether samples have 16 bits instead of 8
 * @param samples as many as height, width and channels make
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier of samples, compared by nobody.
public record Pixels(int height, int width, int channels, boolean isDeep, char[] samples) {
  /** An image of 16,384 x 16,384 takes 1.5 GiB here. */
  private static final long MAX_PIXELS = 1L << 28;

  /** Refuses sizes before anything of that size is allocated. */
  static void check(long height, long width) throws ImageException {
    if (height < 1 || width < 1 || height > MAX_PIXELS || width > MAX_PIXELS / height) {
      throw new ImageException(
          "expected an image of 1 to %d pixels, found %d x %d"
              .formatted(MAX_PIXELS, height, width));
    }
  }

  /** The upper 8 bits of 16. */
  public Pixels shallow() {
    if (!isDeep) {
      return this;
    }
    char[] upper = new char[samples.length];
    for (int i = 0; i < upper.length; i++) {
      upper[i] = (char) (samples[i] >> 8);
    }
    return new Pixels(height, width, channels, false, upper);
  }

  /** One channel: ITU-R 601, in the whole numbers that Pillow's convert("L") reckons with. */
  public Pixels gray() {
    if (channels == 1) {
      return this;
    }
    char[] gray = new char[height * width];
    for (int i = 0, at = 0; i < gray.length; i++, at += 3) {
      long sum = samples[at] * 19595L + samples[at + 1] * 38470L + samples[at + 2] * 7471L;
      gray[i] = (char) ((sum + 0x8000) >> 16);
    }
    return new Pixels(height, width, 1, isDeep, gray);
  }

  /** Three channels, the same in all where there is one. */
  public Pixels colour() {
    if (channels == 3) {
      return this;
    }
    char[] colour = new char[3 * samples.length];
    for (int i = 0; i < samples.length; i++) {
      colour[3 * i] = samples[i];
      colour[3 * i + 1] = samples[i];
      colour[3 * i + 2] = samples[i];
    }
    return new Pixels(height, width, 3, isDeep, colour);
  }

  /** Another size: each pixel is the mean of the area that it covers in this image. */
  public Pixels resized(int newHeight, int newWidth) {
    if (newHeight == height && newWidth == width) {
      return this;
    }
    double[] means = averagedColumns(averagedRows(newWidth), newWidth * channels, newHeight);
    char[] result = new char[means.length];
    for (int i = 0; i < means.length; i++) {
      result[i] = (char) Math.round(means[i]);
    }
    return new Pixels(newHeight, newWidth, channels, isDeep, result);
  }

  private double[] averagedRows(int newWidth) {
    double[] to = new double[Math.multiplyExact(height * newWidth, channels)];
    double scale = (double) width / newWidth;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        int at = (y * newWidth + x) * channels;
        double start = x * scale;
        double end = Math.min((x + 1) * scale, width);
        for (int k = (int) start; k < end; k++) {
          double weight = (Math.min(k + 1, end) - Math.max(k, start)) / (end - start);
          for (int c = 0; c < channels; c++) {
            to[at + c] += weight * samples[(y * width + k) * channels + c];
          }
        }
      }
    }
    return to;
  }

  private double[] averagedColumns(double[] from, int rowSamples, int newHeight) {
    double[] to = new double[Math.multiplyExact(rowSamples, newHeight)];
    double scale = (double) height / newHeight;
    for (int y = 0; y < newHeight; y++) {
      double start = y * scale;
      double end = Math.min((y + 1) * scale, height);
      for (int k = (int) start; k < end; k++) {
        double weight = (Math.min(k + 1, end) - Math.max(k, start)) / (end - start);
        for (int i = 0; i < rowSamples; i++) {
          to[y * rowSamples + i] += weight * from[k * rowSamples + i];
        }
      }
    }
    return to;
  }
}

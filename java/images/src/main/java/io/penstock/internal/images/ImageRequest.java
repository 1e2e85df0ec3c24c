package io.penstock.internal.images;

import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.images.generated.penstock_images_request;
import java.lang.foreign.MemorySegment;

/**
 * Which pixels of a file are wanted, and how. Immutable.
 *
 * @param channels 1, 3 or 4
 * @param bits 8 or 16, a channel
 * @param eighths of the size of the file: 1, 2, 4 or 8
 * @param isUpright whether the picture is turned as its EXIF orientation says
 * @param background what pixels with alpha are laid on, 0xRRGGBB; negative: alpha is dropped
 * @param mostPixels what has more fails
 * @param checksAll whether damage below a crop is looked for
 */
public record ImageRequest(
    int channels,
    int bits,
    int eighths,
    boolean isUpright,
    int background,
    long mostPixels,
    boolean checksAll) {
  /** Without looking for damage below crops. */
  public ImageRequest(
      int channels, int bits, int eighths, boolean isUpright, int background, long mostPixels) {
    this(channels, bits, eighths, isUpright, background, mostPixels, false);
  }

  /** The same with other channels. */
  public ImageRequest withChannels(int channels) {
    return new ImageRequest(channels, bits, eighths, isUpright, background, mostPixels, checksAll);
  }

  /** The same with other bits. */
  public ImageRequest withBits(int bits) {
    return new ImageRequest(channels, bits, eighths, isUpright, background, mostPixels, checksAll);
  }

  /** The same with other eighths. */
  public ImageRequest withEighths(int eighths) {
    return new ImageRequest(channels, bits, eighths, isUpright, background, mostPixels, checksAll);
  }

  /** The same, turned as the EXIF orientation says. */
  public ImageRequest upright() {
    return new ImageRequest(channels, bits, eighths, true, background, mostPixels, checksAll);
  }

  /** The same on a background. */
  public ImageRequest withBackground(int background) {
    return new ImageRequest(channels, bits, eighths, isUpright, background, mostPixels, checksAll);
  }

  /** The same with another limit. */
  public ImageRequest withMostPixels(long mostPixels) {
    return new ImageRequest(channels, bits, eighths, isUpright, background, mostPixels, checksAll);
  }

  /** The same, with damage below crops looked for. */
  public ImageRequest checkingAll() {
    return new ImageRequest(channels, bits, eighths, isUpright, background, mostPixels, true);
  }

  /** Writes it for C: all of the picture. */
  void write(MemorySegment to) {
    to.fill((byte) 0);
    int flags = isUpright ? PenstockImages.PENSTOCK_IMAGES_ORIENT() : 0;
    if (checksAll) {
      flags |= PenstockImages.PENSTOCK_IMAGES_CHECK_ALL();
    }
    if (background >= 0) {
      flags |= PenstockImages.PENSTOCK_IMAGES_BLEND();
      penstock_images_request.background(to, background);
    }
    penstock_images_request.channels(to, channels);
    penstock_images_request.bits(to, bits);
    penstock_images_request.eighths(to, eighths);
    penstock_images_request.flags(to, flags);
    penstock_images_request.max_pixels(to, mostPixels);
  }
}

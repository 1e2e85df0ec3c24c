package io.penstock.images;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where decoded pictures go, and what they may be. Immutable.
 *
 * @param column that they are in
 * @param height of all pictures; 0: they differ in size
 * @param width of all pictures
 * @param mostPixels of pictures that differ in size
 * @param scratchBytes native memory of a thread, besides the pixels
 * @param listener is told of damaged files; null: they fail
 */
record DecodingTarget(
    String column,
    long height,
    long width,
    long mostPixels,
    long scratchBytes,
    @Nullable Consumer<String> listener) {

  /** Neither a size nor a limit was said yet. */
  static DecodingTarget of(String column, long scratchBytes) {
    return new DecodingTarget(column, 0, 0, 0, scratchBytes, null);
  }

  DecodingTarget to(String other) {
    return new DecodingTarget(other, height, width, mostPixels, scratchBytes, listener);
  }

  DecodingTarget size(int rows, int columns) {
    return new DecodingTarget(column, rows, columns, 0, scratchBytes, listener);
  }

  DecodingTarget upTo(long pixels) {
    return new DecodingTarget(column, 0, 0, pixels, scratchBytes, listener);
  }

  DecodingTarget scratch(long bytes) {
    return new DecodingTarget(column, height, width, mostPixels, bytes, listener);
  }

  DecodingTarget blankIfDamaged(Consumer<String> told) {
    return new DecodingTarget(column, height, width, mostPixels, scratchBytes, told);
  }
}

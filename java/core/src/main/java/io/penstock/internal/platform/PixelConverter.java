package io.penstock.internal.platform;

import java.lang.foreign.MemorySegment;

/** Turns bytes of pixels into float32. Immutable; any thread. */
@FunctionalInterface
public interface PixelConverter {
  /**
   * Works on pixels whose channels lie side by side.
   *
   * @param from native memory, not that of a mapped file: a file cut short would kill the JVM
   * @param fromAt where the bytes begin
   * @param to native memory other than {@code from}
   * @param toAt where the floats begin; the address must be a multiple of 4
   * @param pixels how many
   * @param toPlanes whether each channel gets a plane of its own, one plane after the other
   */
  void normalize(
      MemorySegment from, long fromAt, MemorySegment to, long toAt, long pixels, boolean toPlanes);
}

package io.penstock.internal.pure;

import io.penstock.internal.platform.PixelConverter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** Bytes of pixels to float32. Immutable; any thread. */
final class JavaPixels implements PixelConverter {
  private final int channels;

  /** What each byte becomes, channel after channel: a table is quicker than the arithmetic. */
  private final float[] values;

  JavaPixels(float[] factors, float[] offsets) {
    this.channels = factors.length;
    if (offsets.length != channels) {
      throw new IllegalArgumentException(
          "expected %d offsets, found %d".formatted(channels, offsets.length));
    }
    this.values = new float[channels * 256];
    for (int c = 0; c < channels; c++) {
      for (int value = 0; value < 256; value++) {
        float product = value * factors[c]; // rounded, as C does it
        values[c * 256 + value] = product + offsets[c];
      }
    }
  }

  @Override
  public void normalize(
      MemorySegment from, long fromAt, MemorySegment to, long toAt, long pixels, boolean toPlanes) {
    long count = Math.multiplyExact(pixels, channels);
    Objects.checkFromIndexSize(fromAt, count, from.byteSize());
    Objects.checkFromIndexSize(toAt, Math.multiplyExact(4, count), to.byteSize());
    for (int c = 0; c < channels; c++) {
      int table = c * 256;
      long step = toPlanes ? Float.BYTES : (long) channels * Float.BYTES;
      long target = toAt + (toPlanes ? c * pixels : c) * Float.BYTES;
      long source = fromAt + c;
      for (long i = 0; i < pixels; i++) {
        int value = from.get(ValueLayout.JAVA_BYTE, source + i * channels) & 0xff;
        to.set(ValueLayout.JAVA_FLOAT, target + i * step, values[table + value]);
      }
    }
  }
}

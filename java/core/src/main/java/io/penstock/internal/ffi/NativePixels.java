package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.platform.PixelConverter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Bytes of pixels to float32 in C, whose compiler makes the vector instructions of it that Java's
 * does not: {@code value * factor + offset} by channel, both steps rounded to float32. Immutable;
 * any thread.
 */
public final class NativePixels implements PixelConverter {
  private final int channels;
  private final MemorySegment factors;
  private final MemorySegment offsets;

  /**
   * For pixels of as many channels.
   *
   * @param factors one a channel
   * @param offsets as many
   */
  public NativePixels(float[] factors, float[] offsets) {
    this.channels = factors.length;
    if (offsets.length != channels) {
      throw new IllegalArgumentException(
          "expected %d offsets, found %d".formatted(channels, offsets.length));
    }
    Arena arena = Arena.ofAuto();
    this.factors = arena.allocateFrom(ValueLayout.JAVA_FLOAT, factors);
    this.offsets = arena.allocateFrom(ValueLayout.JAVA_FLOAT, offsets);
  }

  @Override
  public void normalize(
      MemorySegment from, long fromAt, MemorySegment to, long toAt, long pixels, boolean toPlanes) {
    long values = Math.multiplyExact(pixels, channels);
    Objects.checkFromIndexSize(fromAt, values, from.byteSize());
    Objects.checkFromIndexSize(toAt, Math.multiplyExact(4, values), to.byteSize());
    if (values == 0) {
      return;
    }
    int status =
        Penstock.penstock_normalize_bytes(
            from.address() + fromAt,
            to.address() + toAt,
            pixels,
            channels,
            factors,
            offsets,
            toPlanes ? 1 : 0);
    if (status < 0) {
      throw new IllegalStateException(
          "expected memory of %d pixels, found: %s"
              .formatted(pixels, NativeStatus.describe(status)));
    }
  }
}

package io.penstock.transform;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.platform.PixelConverter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Turns images into float32, {@code value * (scale / deviation) - mean / deviation} by channel, and
 * changes the order of their axes if asked to, in one pass. Everything is computed in float32,
 * without fused operations, so that the result is the same everywhere. Immutable.
 */
final class Normalization {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final Layout from;
  private final Layout to;
  private final double scale;
  private final double[] mean;
  private final double[] deviation;

  Normalization(Layout from, Layout to, double scale, double[] mean, double[] deviation) {
    this.from = from;
    this.to = to;
    this.scale = scale;
    this.mean = mean.clone();
    this.deviation = deviation.clone();
    if (mean.length != deviation.length) {
      throw new IllegalArgumentException(
          "mean and deviation must have as many channels, had %d and %d"
              .formatted(mean.length, deviation.length));
    }
    for (double value : deviation) {
      if (!(value > 0)) {
        throw new IllegalArgumentException("deviation must be positive, was " + value);
      }
    }
  }

  Transform.Bound bind(OutputColumn column) {
    Layout.Size size = from.of(column);
    if (size.channels() != mean.length) {
      throw new IllegalArgumentException(
          "column '%s' must have the %d channels of mean and deviation, has %d in shape %s"
              .formatted(column.name(), mean.length, size.channels(), column.shape()));
    }
    List<OutputColumn> outputs = List.of(to.describe(column.withType(ElementType.FLOAT32), size));
    int channels = Math.toIntExact(size.channels());
    int pixels = Math.toIntExact(size.pixels());
    return new Transform.OfRecords(
        outputs,
        switch (column.elementType().descr()) {
          case "|u1" -> bytes(channels, pixels);
          case "<f4" -> record -> floats(record, channels, pixels);
          default ->
              throw new IllegalArgumentException(
                  "column '%s' must be |u1 or <f4, is %s: cast it before"
                      .formatted(column.name(), column.elementType()));
        });
  }

  private float factor(int channel) {
    return (float) (scale / deviation[channel]);
  }

  private float offset(int channel) {
    return (float) (-mean[channel] / deviation[channel]);
  }

  /** In C if the channels lie side by side, or each plane is contiguous. */
  private RecordTransform bytes(int channels, int pixels) {
    float[] factors = new float[channels];
    float[] offsets = new float[channels];
    for (int c = 0; c < channels; c++) {
      factors[c] = factor(c);
      offsets[c] = offset(c);
    }
    if (from == Layout.HWC || channels == 1) {
      PixelConverter converter = Platforms.current().pixels(factors, offsets);
      boolean toPlanes = to == Layout.CHW;
      return record -> convert(record, converter, 0, 0, pixels, toPlanes);
    }
    if (to == Layout.HWC) {
      return record -> gatherPlanes(record, factors, offsets, pixels);
    }
    PixelConverter[] planes = new PixelConverter[channels];
    for (int c = 0; c < channels; c++) {
      planes[c] = Platforms.current().pixels(new float[] {factors[c]}, new float[] {offsets[c]});
    }
    return record -> {
      for (int c = 0; c < channels; c++) {
        convert(record, planes[c], (long) c * pixels, 4L * c * pixels, pixels, false);
      }
    };
  }

  private static void convert(
      RecordContext record,
      PixelConverter converter,
      long inputBytes,
      long outputBytes,
      long pixels,
      boolean toPlanes) {
    converter.normalize(
        record.input(0),
        record.inputOffset(0) + inputBytes,
        record.output(0),
        record.outputOffset(0) + outputBytes,
        pixels,
        toPlanes);
  }

  private static void gatherPlanes(
      RecordContext record, float[] factors, float[] offsets, int pixels) {
    MemorySegment in = record.input(0);
    MemorySegment out = record.output(0);
    int channels = factors.length;
    for (int c = 0; c < channels; c++) {
      long source = record.inputOffset(0) + (long) c * pixels;
      long target = record.outputOffset(0) + 4L * c;
      for (int p = 0; p < pixels; p++) {
        int value = in.get(ValueLayout.JAVA_BYTE, source + p) & 0xff;
        out.set(FLOAT, target + 4L * p * channels, value * factors[c] + offsets[c]);
      }
    }
  }

  private void floats(RecordContext record, int channels, int pixels) {
    MemorySegment in = record.input(0);
    MemorySegment out = record.output(0);
    int inStep = from == Layout.HWC ? channels : 1;
    int outStep = to == Layout.HWC ? channels : 1;
    for (int c = 0; c < channels; c++) {
      long source = record.inputOffset(0) + 4L * (from == Layout.HWC ? c : (long) c * pixels);
      long target = record.outputOffset(0) + 4L * (to == Layout.HWC ? c : (long) c * pixels);
      for (int p = 0; p < pixels; p++) {
        float value = in.get(FLOAT, source + 4L * p * inStep);
        out.set(FLOAT, target + 4L * p * outStep, value * factor(c) + offset(c));
      }
    }
  }
}

package io.penstock.transform;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Turns images into float32, {@code (value * scale - mean) / deviation} by channel, and their axes
 * around if that is wanted, in one pass.
 *
 * <p>A byte has 256 values: their results lie in a table for each channel, computed in double and
 * rounded once, so that an element costs two loads and a store. (A loop that converts and
 * multiplies is not vectorised either where channels lie side by side, and does more.) Floats are
 * computed in double and rounded once as well. Immutable.
 */
final class Normalization {
  private static final int BYTE_VALUES = 256;
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
    List<OutputColumn> outputs = List.of(to.describe(Columns.withNativeType(column, "f4"), size));
    int channels = Math.toIntExact(size.channels());
    int pixels = Math.toIntExact(size.pixels());
    return switch (column.elementType().descr()) {
      case "|u1" -> {
        float[] table = table(channels);
        yield new Transform.OfRecords(outputs, record -> bytes(record, table, channels, pixels));
      }
      case "<f4" -> new Transform.OfRecords(outputs, record -> floats(record, channels, pixels));
      default ->
          throw new IllegalArgumentException(
              "column '%s' must be |u1 or <f4, is %s: cast it before"
                  .formatted(column.name(), column.elementType()));
    };
  }

  private float normalized(double value, int channel) {
    return (float) ((value * scale - mean[channel]) / deviation[channel]);
  }

  private float[] table(int channels) {
    float[] table = new float[channels * BYTE_VALUES];
    for (int c = 0; c < channels; c++) {
      for (int value = 0; value < BYTE_VALUES; value++) {
        table[c * BYTE_VALUES + value] = normalized(value, c);
      }
    }
    return table;
  }

  private void bytes(RecordContext record, float[] table, int channels, int pixels) {
    MemorySegment in = record.input(0);
    MemorySegment out = record.output(0);
    long inAt = record.inputOffset(0);
    long outAt = record.outputOffset(0);
    if (channels == 3 && from == Layout.HWC) {
      if (to == Layout.CHW) {
        spread3(in, inAt, out, outAt, table, pixels);
      } else {
        keep3(in, inAt, out, outAt, table, pixels);
      }
      return;
    }
    int inStep = from == Layout.HWC ? channels : 1;
    int outStep = to == Layout.HWC ? channels : 1;
    for (int c = 0; c < channels; c++) {
      long source = inAt + (from == Layout.HWC ? c : (long) c * pixels);
      long target = outAt + 4L * (to == Layout.HWC ? c : (long) c * pixels);
      int entry = c * BYTE_VALUES;
      for (int p = 0; p < pixels; p++) {
        int value = in.get(ValueLayout.JAVA_BYTE, source + (long) p * inStep) & 0xff;
        out.set(FLOAT, target + 4L * p * outStep, table[entry + value]);
      }
    }
  }

  /** Three channels side by side into three planes: each byte is read once, in order. */
  private static void spread3(
      MemorySegment in, long inAt, MemorySegment out, long outAt, float[] table, int pixels) {
    long plane = 4L * pixels;
    for (int p = 0; p < pixels; p++) {
      long source = inAt + 3L * p;
      long target = outAt + 4L * p;
      int first = in.get(ValueLayout.JAVA_BYTE, source) & 0xff;
      int second = in.get(ValueLayout.JAVA_BYTE, source + 1) & 0xff;
      int third = in.get(ValueLayout.JAVA_BYTE, source + 2) & 0xff;
      out.set(FLOAT, target, table[first]);
      out.set(FLOAT, target + plane, table[BYTE_VALUES + second]);
      out.set(FLOAT, target + 2 * plane, table[2 * BYTE_VALUES + third]);
    }
  }

  private static void keep3(
      MemorySegment in, long inAt, MemorySegment out, long outAt, float[] table, int pixels) {
    for (int p = 0; p < pixels; p++) {
      long source = inAt + 3L * p;
      long target = outAt + 12L * p;
      int first = in.get(ValueLayout.JAVA_BYTE, source) & 0xff;
      int second = in.get(ValueLayout.JAVA_BYTE, source + 1) & 0xff;
      int third = in.get(ValueLayout.JAVA_BYTE, source + 2) & 0xff;
      out.set(FLOAT, target, table[first]);
      out.set(FLOAT, target + 4, table[BYTE_VALUES + second]);
      out.set(FLOAT, target + 8, table[2 * BYTE_VALUES + third]);
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
        out.set(FLOAT, target + 4L * p * outStep, normalized(value, c));
      }
    }
  }
}

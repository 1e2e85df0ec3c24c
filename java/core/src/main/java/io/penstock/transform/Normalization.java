package io.penstock.transform;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Turns images into float32, {@code value * (scale / deviation) - mean / deviation} by channel, and
 * their axes around if that is wanted, in one pass.
 *
 * <p>Three channels side by side are taken apart eight pixels at a time by bit extraction, into
 * planes that stay in the first cache; a second loop over these, which the compiler turns into
 * vector instructions, makes the floats. A loop that goes from byte to float in one step is not
 * vectorised. All is computed in float32, without fused operations, so that the result is the same
 * everywhere. Immutable.
 */
final class Normalization {
  private static final int BYTE_VALUES = 256;

  /** Pixels that are taken apart at a time: their bytes and floats fit the first cache. */
  private static final int BLOCK = 1024;

  /** Flips the upper bit of eight bytes: unsigned ones become signed ones that are 128 less. */
  private static final long TO_SIGNED = 0x8080808080808080L;

  private static final float SIGNED_BIAS = 128;

  /** Every third byte of a word, from its first, second and third byte on. */
  private static final long FROM_0 = 0x00ff0000ff0000ffL;

  private static final long FROM_1 = 0xff0000ff0000ff00L;
  private static final long FROM_2 = 0x0000ff0000ff0000L;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ThreadLocal<Blocks> BLOCKS = ThreadLocal.withInitial(Blocks::new);

  /** What a thread works in. */
  private static final class Blocks {
    private final byte[] first = new byte[BLOCK];
    private final byte[] second = new byte[BLOCK];
    private final byte[] third = new byte[BLOCK];
    private final float[] floats = new float[BLOCK];
  }

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

  private float factor(int channel) {
    return (float) (scale / deviation[channel]);
  }

  private float offset(int channel) {
    return (float) (-mean[channel] / deviation[channel]);
  }

  private float[] table(int channels) {
    float[] table = new float[channels * BYTE_VALUES];
    for (int c = 0; c < channels; c++) {
      for (int value = 0; value < BYTE_VALUES; value++) {
        table[c * BYTE_VALUES + value] = value * factor(c) + offset(c);
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
        spread3(in, inAt, out, outAt, pixels);
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

  /** Three channels side by side into three planes. */
  private void spread3(MemorySegment in, long inAt, MemorySegment out, long outAt, int pixels) {
    Blocks blocks = BLOCKS.get();
    for (int done = 0; done < pixels; done += BLOCK) {
      int count = Math.min(BLOCK, pixels - done);
      takeApart(in, inAt + 3L * done, blocks, count);
      long target = outAt + 4L * done;
      toFloats(blocks.first, blocks.floats, factor(0), offset(0), count);
      MemorySegment.copy(blocks.floats, 0, out, FLOAT, target, count);
      toFloats(blocks.second, blocks.floats, factor(1), offset(1), count);
      MemorySegment.copy(blocks.floats, 0, out, FLOAT, target + 4L * pixels, count);
      toFloats(blocks.third, blocks.floats, factor(2), offset(2), count);
      MemorySegment.copy(blocks.floats, 0, out, FLOAT, target + 8L * pixels, count);
    }
  }

  /** Twenty-four bytes are eight pixels: three words that begin with another channel each. */
  private static void takeApart(MemorySegment in, long at, Blocks blocks, int count) {
    int whole = count / 8 * 8;
    for (int p = 0; p < whole; p += 8) {
      long a = in.get(WORD, at + 3L * p) ^ TO_SIGNED;
      long b = in.get(WORD, at + 3L * p + 8) ^ TO_SIGNED;
      long c = in.get(WORD, at + 3L * p + 16) ^ TO_SIGNED;
      long first = Long.compress(a, FROM_0) | Long.compress(b, FROM_1) << 24;
      long second = Long.compress(a, FROM_1) | Long.compress(b, FROM_2) << 24;
      long third = Long.compress(a, FROM_2) | Long.compress(b, FROM_0) << 16;
      WORDS.set(blocks.first, p, first | Long.compress(c, FROM_2) << 48);
      WORDS.set(blocks.second, p, second | Long.compress(c, FROM_0) << 40);
      WORDS.set(blocks.third, p, third | Long.compress(c, FROM_1) << 40);
    }
    for (int p = whole; p < count; p++) {
      blocks.first[p] = (byte) (in.get(ValueLayout.JAVA_BYTE, at + 3L * p) ^ 0x80);
      blocks.second[p] = (byte) (in.get(ValueLayout.JAVA_BYTE, at + 3L * p + 1) ^ 0x80);
      blocks.third[p] = (byte) (in.get(ValueLayout.JAVA_BYTE, at + 3L * p + 2) ^ 0x80);
    }
  }

  private static void toFloats(
      byte[] bytes, float[] floats, float factor, float offset, int count) {
    for (int i = 0; i < count; i++) {
      floats[i] = (bytes[i] + SIGNED_BIAS) * factor + offset;
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
        out.set(FLOAT, target + 4L * p * outStep, value * factor(c) + offset(c));
      }
    }
  }
}

package io.penstock.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.LoaderBuilder;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Ready-made transforms of numbers do what a plain loop over arrays does. */
class NumberTransformsTest extends TransformedFile {
  @Test
  void labelsBecomeRowsAndAWrongOneIsNamed() throws IOException {
    ByteBuffer labels = buffer(new byte[COUNT * 8]);
    for (int i = 0; i < COUNT; i++) {
      labels.putLong(8 * i, i % 10);
    }
    Path file = npy("y", "<i8", COUNT + ",", bytesOf(labels));
    ByteBuffer found = buffer(run(file, builder -> builder.transform(Transforms.oneHot("y", 10))));
    for (int i = 0; i < COUNT * 10; i++) {
      assertThat(found.getFloat(4 * i)).isEqualTo(i / 10 % 10 == i % 10 ? 1f : 0f);
    }
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> run(file, builder -> builder.transform(Transforms.oneHot("y", 9))))
        .withMessageContaining("failed on record 9 (epoch 4, position 9)")
        .withMessageContaining("expected a label of 0 to 8 in column 'y', found 9");
  }

  @Test
  void swappedBytesAreThoseOfTheOtherOrder() throws IOException {
    for (String descr : List.of("<i2", "<f4", "<i8", "<c8", ">c32", "<U2")) {
      OutputColumn column = OutputColumn.of("x", ElementType.parse(descr));
      int size = column.elementType().sizeBytes();
      byte[] bytes = random(COUNT * size);
      Path file = npy("x", descr, COUNT + ",", bytes);
      byte[] found = run(file, builder -> builder.transform(Transforms.byteSwap("x")));
      int number = descr.contains("c") ? size / 2 : descr.contains("U") ? 4 : size;
      for (int i = 0; i < bytes.length; i++) {
        int mirrored = i / number * number + number - 1 - i % number;
        assertThat(found[mirrored]).as(descr).isEqualTo(bytes[i]);
      }
    }
  }

  @Test
  void castsAreThoseOfJava() throws IOException {
    double[] values = {0, -1.5, 300.7, 1e10, -1e30, 1e19, 3e19, Double.NaN, 0.1, 65504};
    ByteBuffer doubles = buffer(new byte[80]);
    for (int i = 0; i < 10; i++) {
      doubles.putDouble(8 * i, values[i]);
    }
    Path file = npy("x", "<f8", "10,", bytesOf(doubles));
    ByteBuffer floats =
        buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.FLOAT32))));
    ByteBuffer ints = buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.INT32))));
    ByteBuffer bytes = buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.UINT8))));
    ByteBuffer halves =
        buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.FLOAT16))));
    ByteBuffer unsigned =
        buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.UINT64))));
    for (int i = 0; i < 10; i++) {
      assertThat(floats.getInt(4 * i)).isEqualTo(Float.floatToIntBits((float) values[i]));
      assertThat(ints.getInt(4 * i)).isEqualTo((int) values[i]);
      int clamped = Double.isNaN(values[i]) ? 0 : (int) Math.clamp(values[i], 0.0, 255.0);
      assertThat(bytes.get(i) & 0xff).isEqualTo(clamped);
      assertThat(halves.getShort(2 * i)).isEqualTo(Float.floatToFloat16((float) values[i]));
    }
    assertThat(Long.toUnsignedString(unsigned.getLong(40))).isEqualTo("10000000000000000000");
    assertThat(unsigned.getLong(48)).isEqualTo(-1);
  }

  @Test
  void castsBetweenIntegersKeepTheLowBitsAndAllTypesGoToFloat() throws IOException {
    byte[] bytes = random(COUNT * 8);
    for (String descr : List.of("|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "|b1")) {
      int size = OutputColumn.of("x", ElementType.parse(descr)).elementType().sizeBytes();
      int count = COUNT * 8 / size;
      Path file = npy("x", descr, count + ",", bytes);
      ByteBuffer longs =
          buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.INT64))));
      ByteBuffer floats =
          buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.FLOAT32))));
      ByteBuffer low = buffer(run(file, b -> b.transform(Transforms.cast("x", ElementType.INT8))));
      ByteBuffer stored = buffer(bytes);
      for (int i = 0; i < count; i++) {
        long value = 0;
        for (int b = size - 1; b >= 0; b--) {
          value = value << 8 | (stored.get(i * size + b) & 0xff);
        }
        boolean isSigned = descr.contains("i");
        value = isSigned ? value << (64 - 8 * size) >> (64 - 8 * size) : value;
        assertThat(longs.getLong(8 * i)).as(descr).isEqualTo(value);
        assertThat(low.get(i)).isEqualTo((byte) value);
        boolean isHuge = descr.equals("<u8") && value < 0;
        float exact = isHuge ? new BigInteger(Long.toUnsignedString(value)).floatValue() : value;
        assertThat(floats.getFloat(4 * i)).isEqualTo(exact);
      }
    }
  }

  /**
   * Values just beyond the middle of two neighbours, which a type between would make the middle.
   */
  @Test
  void castsToFloatsRoundOnce() throws IOException {
    long middle = (1L << 62) + (1L << 38);
    ByteBuffer longs = buffer(new byte[16]).putLong(0, middle + 1).putLong(8, -middle - 1);
    ByteBuffer unsigned = buffer(new byte[16]).putLong(0, 2 * middle + 1).putLong(8, 2 * middle);
    ByteBuffer doubles = buffer(new byte[48]);
    double[] values = {1 + 0x1p-11 + 0x1p-40, -1 - 0x1p-11 - 0x1p-40, 1 + 0x1p-11, 65519.9999999};
    for (int i = 0; i < values.length; i++) {
      doubles.putDouble(8 * i, values[i]);
    }
    doubles.putDouble(32, 1e300).putDouble(40, -1e-300);

    Path x = npy("x", "<i8", "2,", bytesOf(longs));
    ByteBuffer floats = buffer(run(x, b -> b.transform(Transforms.cast("x", ElementType.FLOAT32))));
    assertThat(floats.getFloat(0)).isEqualTo(0x1p62f + 0x1p39f);
    assertThat(floats.getFloat(4)).isEqualTo(-0x1p62f - 0x1p39f);

    x = npy("x", "<u8", "2,", bytesOf(unsigned));
    floats = buffer(run(x, b -> b.transform(Transforms.cast("x", ElementType.FLOAT32))));
    assertThat(floats.getFloat(0)).isEqualTo(0x1p63f + 0x1p40f);
    assertThat(floats.getFloat(4)).isEqualTo(0x1p63f);

    x = npy("x", "<f8", "6,", bytesOf(doubles));
    ByteBuffer halves = buffer(run(x, b -> b.transform(Transforms.cast("x", ElementType.FLOAT16))));
    float[] rounded = {1 + 0x1p-10f, -1 - 0x1p-10f, 1, 65504, Float.POSITIVE_INFINITY, -0.0f};
    for (int i = 0; i < rounded.length; i++) {
      assertThat(Float.float16ToFloat(halves.getShort(2 * i))).isEqualTo(rounded[i]);
    }
  }

  @Test
  void mixedRecordsAreMeansOfTwoWithTheSameWeightInAllColumns() throws IOException {
    ByteBuffer xs = buffer(new byte[4 * COUNT]);
    ByteBuffer ys = buffer(new byte[4 * COUNT]);
    for (int i = 0; i < COUNT; i++) {
      xs.putFloat(4 * i, i);
      ys.putFloat(4 * i, 1000 - 2 * i);
    }
    List<Path> files =
        List.of(
            npy("x", "<f4", COUNT + ",", bytesOf(xs)), npy("y", "<f4", COUNT + ",", bytesOf(ys)));
    Consumer<LoaderBuilder> mixup = b -> b.transform(Transforms.mixup(1, "x", "y"));
    ByteBuffer mixedXs = buffer(run(files, 0, mixup));
    ByteBuffer mixedYs = buffer(run(files, 1, mixup));
    int changed = 0;
    for (int i = 0; i < COUNT; i++) {
      float x = mixedXs.getFloat(4 * i);
      // A mean of two points of a line is on the line, and within the batch of ten.
      assertThat(mixedYs.getFloat(4 * i)).isCloseTo(1000 - 2 * x, Offset.offset(1e-3f));
      assertThat(x).isBetween((float) (i / 10 * 10), (float) (i / 10 * 10 + 9));
      changed += x != i ? 1 : 0;
    }
    assertThat(changed).isGreaterThan(COUNT / 2);
    assertThat(buffer(run(files, 0, b -> mixup.accept(b.transformThreads(5))))).isEqualTo(mixedXs);
  }

  @Test
  void randomNumbersAreThoseOfTheSpecification() {
    // Computed with Python's integers from the formula in the documentation of RecordRandom.
    RecordRandom random = new RecordRandom();
    random.start(RecordRandom.key(7, 3, 1), 123456789);
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      found.add(random.nextLong());
    }
    assertThat(found)
        .containsExactly(2587674203918960171L, 1474131966564951008L, 7865710091864053560L);
    random.start(RecordRandom.key(7, 3, 1), 123456789);
    int sum = 0;
    for (int i = 0; i < 1000; i++) {
      int value = random.nextInt(10);
      assertThat(value).isBetween(0, 9);
      sum += value;
    }
    assertThat(sum).isBetween(4200, 4800);
  }
}

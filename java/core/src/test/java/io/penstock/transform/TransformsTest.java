package io.penstock.transform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.options.Shuffle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Ready-made transforms do what a plain loop over arrays does. */
@Timeout(60)
class TransformsTest {
  private static final int COUNT = 37;

  @TempDir Path directory;

  private Path npy(String name, String descr, String shape, byte[] bytes) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr, shape);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.write((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.UTF_8));
    out.write(bytes);
    return Files.write(directory.resolve(name + ".npy"), out.toByteArray());
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(count).nextBytes(bytes);
    return bytes;
  }

  /** What the batches hold, in the order of the file. */
  private static byte[] run(Path file, Consumer<LoaderBuilder> options) {
    return run(List.of(file), 0, options);
  }

  private static byte[] run(List<Path> files, int column, Consumer<LoaderBuilder> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Dataset dataset = Dataset.open(files.toArray(Path[]::new))) {
      LoaderBuilder builder = dataset.loader().batchSize(10).shuffle(Shuffle.NONE).seed(3);
      options.accept(builder);
      try (Loader loader = builder.build()) {
        for (Batch batch : loader.epoch(4)) {
          out.writeBytes(batch.column(column).toArray(JAVA_BYTE));
        }
      }
    }
    return out.toByteArray();
  }

  private static byte[] bytesOf(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  @ParameterizedTest
  @CsvSource({"HWC,CHW,3", "HWC,HWC,3", "CHW,HWC,3", "CHW,CHW,3", "HWC,CHW,1", "HWC,CHW,4"})
  void bytesAreNormalizedByChannel(Layout from, Layout to, int channels) throws IOException {
    double[] mean = {0.485, 0.456, 0.406, 0.5};
    double[] deviation = {0.229, 0.224, 0.225, 0.25};
    byte[] bytes = random(COUNT * 5 * 7 * channels);
    String shape = from == Layout.HWC ? "5, 7, " + channels : channels + ", 5, 7";
    Path file = npy("x", "|u1", COUNT + ", " + shape, bytes);
    double[] means = Arrays.copyOf(mean, channels);
    double[] deviations = Arrays.copyOf(deviation, channels);
    ByteBuffer found =
        buffer(
            run(
                file,
                builder ->
                    builder.transform(
                        Transforms.normalize("x", from, to, 1 / 255.0, means, deviations))));
    for (int i = 0; i < COUNT; i++) {
      for (int p = 0; p < 35; p++) {
        for (int c = 0; c < channels; c++) {
          int value = bytes[i * 35 * channels + place(from, p, c, channels)] & 0xff;
          float factor = (float) (1 / 255.0 / deviation[c]);
          float expected = value * factor + (float) (-mean[c] / deviation[c]);
          double exact = (value / 255.0 - mean[c]) / deviation[c];
          assertThat((double) expected).isCloseTo(exact, Offset.offset(1e-6));
          int at = 4 * (i * 35 * channels + place(to, p, c, channels));
          assertThat(found.getFloat(at)).isEqualTo(expected);
        }
      }
    }
  }

  private static int place(Layout layout, int pixel, int channel, int channels) {
    return layout == Layout.HWC ? pixel * channels + channel : channel * 35 + pixel;
  }

  @Test
  void largeImagesAreNormalizedAsThoughTheirAxesHadBeenTurnedBefore() throws IOException {
    // Many vectors, and no multiple of any size of them.
    Path file = npy("x", "|u1", "3, 41, 61, 3", random(3 * 41 * 61 * 3));
    double[] mean = {0.485, 0.456, 0.406};
    double[] deviation = {0.229, 0.224, 0.225};
    byte[] atOnce =
        run(
            file,
            b ->
                b.transform(
                    Transforms.normalize("x", Layout.HWC, Layout.CHW, 1 / 255.0, mean, deviation)));
    byte[] inSteps =
        run(
            file,
            b ->
                b.transform(Transforms.transpose("x", Layout.HWC, Layout.CHW))
                    .transform(
                        Transforms.normalize(
                            "x", Layout.CHW, Layout.CHW, 1 / 255.0, mean, deviation)));
    assertThat(atOnce).isEqualTo(inSteps);
  }

  @Test
  void floatsAreNormalizedToo() throws IOException {
    ByteBuffer floats = buffer(new byte[COUNT * 4 * 6]);
    for (int i = 0; i < COUNT * 6; i++) {
      floats.putFloat(4 * i, i * 0.37f - 3);
    }
    Path file = npy("x", "<f4", COUNT + ", 3, 2", bytesOf(floats));
    ByteBuffer found =
        buffer(
            run(
                file,
                builder ->
                    builder.transform(
                        Transforms.normalize(
                            "x",
                            Layout.HWC,
                            Layout.CHW,
                            2,
                            new double[] {1},
                            new double[] {0.5}))));
    for (int i = 0; i < COUNT * 6; i++) {
      float expected = floats.getFloat(4 * i) * 4f - 2f;
      assertThat(found.getFloat(4 * i)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"|u1,1", "<i2,2", "<f4,4", "<f8,8", "<c16,16"})
  void axesAreTurnedAroundAndBack(String descr, int size) throws IOException {
    byte[] bytes = random(COUNT * 35 * 3 * size);
    Path file = npy("x", descr, COUNT + ", 5, 7, 3", bytes);
    byte[] planes =
        run(file, builder -> builder.transform(Transforms.transpose("x", Layout.HWC, Layout.CHW)));
    for (int p = 0; p < COUNT * 35; p++) {
      for (int c = 0; c < 3; c++) {
        for (int b = 0; b < size; b++) {
          int at = ((p / 35) * 105 + place(Layout.CHW, p % 35, c, 3)) * size + b;
          assertThat(planes[at]).isEqualTo(bytes[(p * 3 + c) * size + b]);
        }
      }
    }
    byte[] back =
        run(
            file,
            builder ->
                builder
                    .transform(Transforms.transpose("x", Layout.HWC, Layout.CHW))
                    .transform(Transforms.transpose("x", Layout.CHW, Layout.HWC)));
    assertThat(back).isEqualTo(bytes);
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void cropsArePartsOfTheImageAtEveryPlace(Layout layout) throws IOException {
    int count = 400;
    byte[] bytes = random(count * 5 * 7 * 3);
    String shape = layout == Layout.HWC ? "5, 7, 3" : "3, 5, 7";
    Path file = npy("x", "|u1", count + ", " + shape, bytes);
    byte[] found =
        run(file, builder -> builder.transform(Transforms.randomCrop("x", layout, 3, 5)));
    boolean[] places = new boolean[9];
    for (int i = 0; i < count; i++) {
      int matches = 0;
      for (int place = 0; place < 9; place++) {
        if (isCrop(layout, bytes, i, place / 3, place % 3, found)) {
          places[place] = true;
          matches++;
        }
      }
      assertThat(matches).isEqualTo(1);
    }
    assertThat(places).doesNotContain(false);
    byte[] middle =
        run(file, builder -> builder.transform(Transforms.centerCrop("x", layout, 3, 5)));
    for (int i = 0; i < count; i++) {
      assertThat(isCrop(layout, bytes, i, 1, 1, middle)).isTrue();
    }
  }

  private static boolean isCrop(
      Layout layout, byte[] bytes, int image, int top, int left, byte[] found) {
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 5; x++) {
        for (int c = 0; c < 3; c++) {
          int from = place(layout, (top + y) * 7 + left + x, c, 3);
          int to = layout == Layout.HWC ? (y * 5 + x) * 3 + c : c * 15 + y * 5 + x;
          if (bytes[image * 105 + from] != found[image * 45 + to]) {
            return false;
          }
        }
      }
    }
    return true;
  }

  @ParameterizedTest
  @CsvSource({"|u1,3", "|u1,1", "|u1,4", "<f4,1", "<f4,3"})
  void flipsAreMirrorImagesOfAboutHalfOfTheRecords(String descr, int channels) throws IOException {
    int bytesOfPixel = channels * Integer.parseInt(descr.substring(2));
    int count = 200;
    byte[] bytes = random(count * 6 * bytesOfPixel);
    Path file = npy("x", descr, count + ", 2, 3, " + channels, bytes);
    byte[] found =
        run(file, builder -> builder.transform(Transforms.randomFlip("x", Layout.HWC, 0.5)));
    int flipped = 0;
    for (int i = 0; i < count; i++) {
      byte[] mirrored = new byte[6 * bytesOfPixel];
      byte[] same = new byte[6 * bytesOfPixel];
      byte[] there = new byte[6 * bytesOfPixel];
      for (int p = 0; p < 6; p++) {
        int from = (i * 6 + p) * bytesOfPixel;
        System.arraycopy(bytes, from, same, p * bytesOfPixel, bytesOfPixel);
        int mirror = p / 3 * 3 + 2 - p % 3;
        System.arraycopy(bytes, from, mirrored, mirror * bytesOfPixel, bytesOfPixel);
        System.arraycopy(found, from, there, p * bytesOfPixel, bytesOfPixel);
      }
      boolean isMirrored = Arrays.equals(there, mirrored);
      assertThat(isMirrored || Arrays.equals(there, same)).isTrue();
      flipped += isMirrored ? 1 : 0;
    }
    assertThat(flipped).isBetween(70, 130);
  }

  @Test
  void framesAreZerosAroundAndCroppingTheirMiddleGivesTheImageBack() throws IOException {
    byte[] bytes = random(COUNT * 35);
    Path file = npy("x", "|u1", COUNT + ", 5, 7", bytes);
    byte[] padded = run(file, builder -> builder.transform(Transforms.pad("x", Layout.HWC, 2)));
    for (int i = 0; i < COUNT; i++) {
      for (int y = 0; y < 9; y++) {
        for (int x = 0; x < 11; x++) {
          boolean isInside = y >= 2 && y < 7 && x >= 2 && x < 9;
          byte expected = isInside ? bytes[i * 35 + (y - 2) * 7 + x - 2] : 0;
          assertThat(padded[i * 99 + y * 11 + x]).isEqualTo(expected);
        }
      }
    }
    byte[] back =
        run(
            file,
            builder ->
                builder
                    .transform(Transforms.pad("x", Layout.CHW, 2))
                    .transform(Transforms.centerCrop("x", Layout.CHW, 5, 7)));
    assertThat(back).isEqualTo(bytes);
  }

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

  @Test
  void whatDoesNotFitIsSaid() throws IOException {
    Path file = npy("x", "<i2", "5, 4", random(40));
    for (Transform wrong :
        List.of(
            Transforms.normalize(
                "x", Layout.HWC, Layout.CHW, 1, new double[] {0}, new double[] {1}),
            Transforms.randomCrop("x", Layout.HWC, 2, 2),
            Transforms.mixup(1, "x"),
            Transforms.oneHot("z", 3))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run(file, builder -> builder.transform(wrong)))
          .withMessageStartingWith("transform '" + wrong.name() + "'")
          .withMessageMatching(".*column '[xz]'.*");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.cast("x", ElementType.parse(">f4")));
    assertThatIllegalArgumentException().isThrownBy(() -> Transforms.mixup(0, "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomFlip("x", Layout.HWC, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> Transforms.pad("x", Layout.HWC, -1));
  }
}

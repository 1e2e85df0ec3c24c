package io.penstock.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.array.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Ready-made transforms of images do what a plain loop over arrays does. */
class TransformsTest extends TransformedFile {
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

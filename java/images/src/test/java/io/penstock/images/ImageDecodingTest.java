package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.options.Shuffle;
import io.penstock.transform.Transforms;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files through a loader. What each kind of file decodes to is tested in C. */
class ImageDecodingTest {
  @TempDir Path folder;

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  /** A picture with structure and noise. */
  private static BufferedImage picture(int width, int height, long seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int noise = random.nextInt(24);
        image.setRGB(x, y, (x * 3 & 0xff) << 16 | (y * 5 + noise & 0xff) << 8 | (x + y & 0xff));
      }
    }
    return image;
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  /** Red, green and blue of each pixel. */
  private static byte[] pixels(BufferedImage image) {
    byte[] pixels = new byte[image.getWidth() * image.getHeight() * 3];
    for (int i = 0; i < pixels.length; i++) {
      int rgb = image.getRGB(i / 3 % image.getWidth(), i / 3 / image.getWidth());
      pixels[i] = (byte) (rgb >> (16 - 8 * (i % 3)));
    }
    return pixels;
  }

  private Dataset dataset(List<byte[]> files) throws IOException {
    ByteBuffer offsets =
        ByteBuffer.allocate(Long.BYTES * (files.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream values = new ByteArrayOutputStream();
    offsets.putLong(0);
    for (byte[] file : files) {
      values.writeBytes(file);
      offsets.putLong(values.size());
    }
    Path bytes = Files.write(folder.resolve("values"), values.toByteArray());
    Path places = Files.write(folder.resolve("offsets"), offsets.array());
    return Dataset.builder()
        .variable(
            "jpg",
            Source.of(bytes).raw(RawLayout.of(ElementType.UINT8)),
            Source.of(places).raw(RawLayout.of(ElementType.INT64)))
        .open();
  }

  private static Loader loader(Dataset dataset, ImageDecoding decoding, int threads) {
    return dataset
        .loader()
        .batchSize(5)
        .shuffle(Shuffle.NONE)
        .transformThreads(threads)
        .transform(decoding.transform())
        .transform(Transforms.drop("jpg"))
        .build();
  }

  /** The bytes of each record of a variable column. */
  private static List<byte[]> records(Loader loader, String column, List<String> sizes) {
    List<byte[]> all = new ArrayList<>();
    for (Batch batch : loader.epoch(0)) {
      MemorySegment offsets = batch.offsets(column);
      MemorySegment values = batch.column(column);
      MemorySegment size = batch.column(column + ".size");
      for (int i = 0; i < batch.size(); i++) {
        long from = offsets.getAtIndex(ValueLayout.JAVA_LONG, i) * 3;
        long to = offsets.getAtIndex(ValueLayout.JAVA_LONG, i + 1) * 3;
        all.add(values.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE));
        sizes.add(
            size.getAtIndex(ValueLayout.JAVA_INT, 2L * i)
                + "x"
                + size.getAtIndex(ValueLayout.JAVA_INT, 2L * i + 1));
      }
    }
    return all;
  }

  @Test
  void picturesOfDifferentSizesAreAVariableColumnWithTheirSizes() throws IOException {
    List<byte[]> files = new ArrayList<>();
    List<byte[]> expected = new ArrayList<>();
    List<String> expectedSizes = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      BufferedImage image = picture(10 + 7 * i, 90 - 3 * i, i);
      files.add(encode(image, "png"));
      expected.add(pixels(image));
      expectedSizes.add(image.getHeight() + "x" + image.getWidth());
    }
    ImageDecoding decoding = Images.decode("jpg").to("pixels").upTo(200 * 100);
    for (int threads = 1; threads <= 3; threads += 2) {
      try (Dataset dataset = dataset(files);
          Loader loader = loader(dataset, decoding, threads)) {
        assertThat(loader.columns().stream().map(OutputColumn::name))
            .containsExactly("pixels", "pixels.size");
        List<String> sizes = new ArrayList<>();
        List<byte[]> found = records(loader, "pixels", sizes);
        assertThat(sizes).isEqualTo(expectedSizes);
        for (int i = 0; i < files.size(); i++) {
          assertThat(found.get(i)).as("record %d", i).isEqualTo(expected.get(i));
        }
      }
    }
  }

  /** ImageIO has an older libjpeg of the same arithmetic. */
  @Test
  void jpegFilesHaveThePixelsOfImageIo() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      files.add(encode(picture(96, 64, i), "jpg"));
    }
    ImageDecoding decoding = Images.decode("jpg").to("pixels").size(64, 96);
    try (Dataset dataset = dataset(files);
        Loader loader = loader(dataset, decoding, 2)) {
      int record = 0;
      for (Batch batch : loader.epoch(0)) {
        byte[] found = batch.column("pixels").toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < batch.size(); i++) {
          BufferedImage image = ImageIO.read(new ByteArrayInputStream(files.get(record++)));
          byte[] expected = pixels(image);
          for (int k = 0; k < expected.length; k++) {
            int off = (found[i * expected.length + k] & 0xff) - (expected[k] & 0xff);
            assertThat(Math.abs(off)).isLessThanOrEqualTo(2);
          }
        }
      }
      assertThat(record).isEqualTo(files.size());
    }
  }

  @Test
  void aFileCutShortFailsItsBatchByRecordAndTheNextOnesCome() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      files.add(encode(picture(96, 64, i), "jpg"));
    }
    files.set(7, Arrays.copyOf(files.get(7), files.get(7).length * 2 / 3));
    try (Dataset dataset = dataset(files);
        Loader loader = loader(dataset, Images.decode("jpg").to("pixels").size(64, 96), 2)) {
      var batches = loader.epoch(0).iterator();
      assertThat(batches.next().size()).isEqualTo(5);
      assertThatThrownBy(batches::next)
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("record 7")
          .hasMessageContaining("damaged image")
          .hasMessageContaining("Premature end");
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void damagedFilesAreBlankOnDemandAndTold() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      files.add(encode(picture(30, 20, i), "png"));
    }
    files.get(3)[80] ^= 1;
    files.set(6, "text named .png".getBytes(StandardCharsets.UTF_8));
    files.set(8, new byte[0]);
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    ImageDecoding decoding =
        Images.decode("jpg").to("pixels").upTo(30 * 20).blankIfDamaged(told::add);
    try (Dataset dataset = dataset(files);
        Loader loader = loader(dataset, decoding, 2)) {
      List<String> sizes = new ArrayList<>();
      List<byte[]> found = records(loader, "pixels", sizes);
      for (int i = 0; i < 10; i++) {
        boolean isDamaged = i == 3 || i == 6 || i == 8;
        assertThat(sizes.get(i)).isEqualTo(isDamaged ? "0x0" : "20x30");
        assertThat(found.get(i)).hasSize(isDamaged ? 0 : 20 * 30 * 3);
      }
    }
    assertThat(told.stream().sorted().toList())
        .hasSize(3)
        .satisfies(
            lines -> assertThat(lines.get(0)).startsWith("record 3 (").contains("): damaged image"))
        .satisfies(lines -> assertThat(lines.get(1)).contains("found 15 other bytes"))
        .satisfies(lines -> assertThat(lines.get(2)).contains("found no bytes"));
  }

  private String failureOf(byte[] file, ImageDecoding decoding) throws IOException {
    try (Dataset dataset = dataset(List.of(file));
        Loader loader = loader(dataset, decoding.to("pixels"), 1)) {
      var batches = loader.epoch(0).iterator();
      try {
        batches.next();
      } catch (PenstockException e) {
        return e.getMessage();
      }
      return "none";
    }
  }

  @Test
  void whatDoesNotFitIsToldWithWhatToDo() throws IOException {
    byte[] png = encode(picture(30, 20, 1), "png");
    ImageDecoding any = Images.decode("jpg").upTo(1000);
    assertThat(failureOf(png, any)).isEqualTo("none");
    assertThat(failureOf(png, any.upTo(599))).contains("30 x 20", "declare more for the column");
    assertThat(failureOf(png, any.size(20, 31)))
        .contains("expected an image of 31 x 20", "30 x 20");
    assertThat(failureOf(png, any.maxPixels(599))).contains("30 x 20", "maxPixels");
    assertThat(failureOf(png, any.bits16())).contains("8 bits", "bits16()");
    assertThat(failureOf(png, any.eighths(4))).contains("4/8");
    assertThat(failureOf(encode(picture(3, 3, 1), "gif"), any)).contains("a GIF");
  }

  @Test
  void decodingNeedsASizeAndAColumnOfFiles() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.decode("jpg").transform())
        .withMessageContaining("size(height, width) or upTo(pixels)");
    try (Dataset dataset = dataset(List.of(new byte[1]))) {
      assertThatThrownBy(
              () ->
                  dataset
                      .loader()
                      .transform(Images.decode("jpg").to("pixels").size(1, 1).transform())
                      .transform(Images.decode("pixels").size(1, 1).transform())
                      .build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be variable and of uint8");
    }
  }
}

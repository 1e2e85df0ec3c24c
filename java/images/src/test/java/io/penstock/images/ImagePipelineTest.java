package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.options.Shuffle;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.Transforms;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/**
 * Files through a loader to images of one size. That resizes and colours are Pillow's is tested in
 * C; here it is which part of which image they are applied to.
 */
class ImagePipelineTest {
  private static final int SIZE = 24;

  /** Of an order that is none. */
  private static final long SEED = 0;

  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  @TempDir Path folder;
  private int datasets;

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  private static BufferedImage picture(int number) {
    Random random = new Random(number);
    BufferedImage image =
        new BufferedImage(40 + 5 * number, 90 - 3 * number, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int noise = random.nextInt(60);
        image.setRGB(x, y, (x * 3 & 0xff) << 16 | (y * 5 + noise & 0xff) << 8 | (x + y & 0xff));
      }
    }
    return image;
  }

  private static List<BufferedImage> pictures() {
    List<BufferedImage> all = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      all.add(picture(i));
    }
    return all;
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static List<byte[]> encode(List<BufferedImage> images, String format) throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (BufferedImage image : images) {
      files.add(encode(image, format));
    }
    return files;
  }

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
    String name = Integer.toString(datasets++);
    Path bytes = Files.write(folder.resolve("values" + name), values.toByteArray());
    Path places = Files.write(folder.resolve("offsets" + name), offsets.array());
    return Dataset.builder()
        .variable(
            "jpg",
            Source.of(bytes).raw(RawLayout.of(ElementType.UINT8)),
            Source.of(places).raw(RawLayout.of(ElementType.INT64)))
        .open();
  }

  /** All images of an epoch, one array each, in the order of the files. */
  private List<byte[]> run(
      List<byte[]> files, ImagePipeline pipeline, int threads, int batchSize, long epoch)
      throws IOException {
    List<byte[]> all = new ArrayList<>();
    try (Dataset dataset = dataset(files);
        Loader loader =
            dataset
                .loader()
                .batchSize(batchSize)
                .shuffle(Shuffle.NONE)
                .transformThreads(threads)
                .transform(pipeline.transform())
                .transform(Transforms.drop("jpg"))
                .build()) {
      for (Batch batch : loader.epoch(epoch)) {
        byte[] bytes = batch.column("pixels").toArray(ValueLayout.JAVA_BYTE);
        int each = bytes.length / batch.size();
        for (int i = 0; i < batch.size(); i++) {
          all.add(Arrays.copyOfRange(bytes, i * each, (i + 1) * each));
        }
      }
    }
    return all;
  }

  private List<byte[]> run(List<byte[]> files, ImagePipeline pipeline) throws IOException {
    return run(files, pipeline, 2, 5, 0);
  }

  private static ImageDecoding decode() {
    return Images.decode("jpg").to("pixels");
  }

  private static void assertSame(List<byte[]> found, List<byte[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(Arrays.mismatch(found.get(i), expected.get(i))).as("record %d", i).isEqualTo(-1);
    }
  }

  @Test
  void anyNumberOfThreadsAndBatchSizeGivesTheSameBits() throws IOException {
    List<byte[]> files = encode(pictures(), "jpg");
    ImagePipeline pipeline =
        decode()
            .randomResizedCrop(SIZE, SIZE)
            .randomFlip()
            .colourJitter(0.4, 0.4, 0.4, 0.1)
            .normalize(MEAN, DEVIATION);
    List<byte[]> expected = run(files, pipeline, 1, 17, 3);
    assertSame(run(files, pipeline, 3, 17, 3), expected);
    assertSame(run(files, pipeline, 2, 1, 3), expected);
    assertSame(run(files, pipeline, 3, 4, 3), expected);
    assertThat(run(files, pipeline, 1, 17, 4).getFirst()).isNotEqualTo(expected.getFirst());
  }

  @Test
  void aRandomResizedCropIsTheDrawnPartResized() throws IOException {
    RandomCropDraw crop = new RandomCropDraw(0.08, 1, 3.0 / 4, 4.0 / 3);
    List<BufferedImage> parts = new ArrayList<>();
    List<Boolean> mirrored = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      RecordRandom random = new RecordRandom().start(RecordRandom.key(SEED, 2, 0), i);
      BufferedImage image = picture(i);
      Augmentation drawn = new Augmentation();
      drawn.reset(image.getWidth(), image.getHeight());
      crop.draw(random, drawn);
      parts.add(image.getSubimage(drawn.left, drawn.top, drawn.width, drawn.height));
      mirrored.add(random.nextDouble() < 0.5);
    }
    List<byte[]> plain = run(encode(parts, "png"), decode().resize(SIZE, SIZE));
    List<byte[]> turned = run(encode(parts, "png"), decode().resize(SIZE, SIZE).randomFlip(1));
    List<byte[]> expected = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      expected.add((mirrored.get(i) ? turned : plain).get(i));
    }
    assertThat(mirrored).contains(true, false);
    List<byte[]> files = encode(pictures(), "png");
    assertSame(run(files, decode().randomResizedCrop(SIZE, SIZE).randomFlip(), 2, 5, 2), expected);
  }

  @Test
  void middlesAreCutOutAndMirrored() throws IOException {
    List<byte[]> cut = new ArrayList<>();
    List<byte[]> mirrored = new ArrayList<>();
    for (BufferedImage image : pictures()) {
      int left = (int) Math.rint((image.getWidth() - 30) / 2.0);
      int top = (int) Math.rint((image.getHeight() - 20) / 2.0);
      BufferedImage part = image.getSubimage(left, top, 30, 20);
      BufferedImage back = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 600; i++) {
        back.setRGB(29 - i % 30, i / 30, part.getRGB(i % 30, i / 30));
      }
      cut.add(pixels(part));
      mirrored.add(pixels(back));
    }
    List<byte[]> files = encode(pictures(), "png");
    assertSame(run(files, decode().centerCrop(20, 30)), cut);
    assertSame(run(files, decode().centerCrop(20, 30).randomFlip(1)), mirrored);
    assertSame(run(files, decode().centerCrop(20, 30).randomFlip(1).randomFlip(1)), cut);
  }

  @Test
  void theMiddleOfAResizedImageIsThatOfTheWholeOne() throws IOException {
    BufferedImage image = picture(3); // 55 x 81
    List<byte[]> files = List.of(encode(image, "png"));
    byte[] whole = run(files, decode().resize(32 * 81 / 55, 32).bicubic()).getFirst();
    byte[] middle = run(files, decode().resizeAndCenterCrop(32, 20, 30).bicubic()).getFirst();
    for (int y = 0; y < 20; y++) {
      int from = ((y + (int) Math.rint((47 - 20) / 2.0)) * 32 + 1) * 3;
      assertThat(Arrays.copyOfRange(middle, y * 90, y * 90 + 90))
          .isEqualTo(Arrays.copyOfRange(whole, from, from + 90));
    }
  }

  @Test
  void normalizedImagesArePlanesOfTheBytes() throws IOException {
    List<byte[]> files = encode(pictures(), "png");
    List<byte[]> bytes = run(files, decode().resize(SIZE, SIZE));
    List<byte[]> floats = run(files, decode().resize(SIZE, SIZE).normalize(MEAN, DEVIATION));
    List<byte[]> halves =
        run(files, decode().resize(SIZE, SIZE).normalizeToFloat16(MEAN, DEVIATION));
    for (int i = 0; i < files.size(); i++) {
      ByteBuffer values = ByteBuffer.wrap(floats.get(i)).order(ByteOrder.nativeOrder());
      ByteBuffer rounded = ByteBuffer.wrap(halves.get(i)).order(ByteOrder.nativeOrder());
      for (int k = 0; k < SIZE * SIZE * 3; k++) {
        int value = bytes.get(i)[k] & 0xff;
        int channel = k % 3;
        float expected =
            value * (float) (1 / 255.0 / DEVIATION[channel])
                + (float) (-MEAN[channel] / DEVIATION[channel]);
        int at = channel * SIZE * SIZE + k / 3;
        assertThat(values.getFloat(4 * at)).isEqualTo(expected);
        assertThat(rounded.getShort(2 * at)).isEqualTo(Float.floatToFloat16(expected));
      }
    }
  }

  @Test
  void scaledDecodesAreNearFullOnes() throws IOException {
    BufferedImage image = new BufferedImage(403, 301, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 403 * 301; i++) {
      int x = i % 403;
      int y = i / 403;
      image.setRGB(x, y, ((x / 2) << 16) | ((y / 2) << 8) | ((x + y) / 4));
    }
    List<byte[]> files = List.of(encode(image, "jpg"));
    byte[] full = run(files, decode().resize(SIZE, SIZE)).getFirst();
    byte[] scaled = run(files, decode().resize(SIZE, SIZE).scaledDecode()).getFirst();
    assertThat(scaled).isNotEqualTo(full);
    for (int i = 0; i < full.length; i++) {
      assertThat(Math.abs((scaled[i] & 0xff) - (full[i] & 0xff))).isLessThanOrEqualTo(6);
    }
  }

  @Test
  void damagedAndSmallImagesFailByRecordOrAreBlank() throws IOException {
    List<byte[]> files = encode(pictures(), "jpg");
    files.set(4, Arrays.copyOf(files.get(4), files.get(4).length / 2));
    files.set(9, encode(new BufferedImage(5, 5, BufferedImage.TYPE_INT_RGB), "png"));
    assertThatThrownBy(() -> run(files, decode().centerCrop(20, 30), 1, 5, 0))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("record 4")
        .hasMessageContaining("damaged image");
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    List<byte[]> found = run(files, decode().blankIfDamaged(told::add).centerCrop(20, 30));
    assertThat(found.get(4)).containsOnly(0);
    assertThat(found.get(9)).containsOnly(0);
    assertThat(found.get(5)).contains(1);
    assertThat(told.stream().sorted().toList())
        .satisfies(
            lines -> assertThat(lines.get(0)).startsWith("record 4 (").contains("): damaged image"))
        .satisfies(
            lines ->
                assertThat(lines.get(1))
                    .startsWith("record 9 (")
                    .endsWith(
                        "): image: has 5 x 5 pixels, fewer than the 30 x 20 that are to be"
                            + " cut out: resize it before"));
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    assertThatThrownBy(() -> decode().resize(0, 5)).hasMessageContaining("height and width");
    assertThatThrownBy(() -> decode().resizeAndCenterCrop(20, 30, 10))
        .hasMessageContaining("the shorter side must be at least");
    assertThatThrownBy(() -> decode().bits16().resize(5, 5).colourJitter(1, 1, 1, 0))
        .hasMessage("colourJitter needs 8 bits a channel, had 16");
    assertThatThrownBy(() -> decode().eighths(4).resize(5, 5)).hasMessageContaining("8 eighths");
    assertThatThrownBy(() -> decode().resize(5, 5).randomFlip(1.1))
        .hasMessage("probability must be 0 to 1, was 1.1");
    assertThatThrownBy(() -> decode().rgba().resize(5, 5).colourJitter(1, 1, 1, 0))
        .hasMessageContaining("gray or RGB");
    assertThatThrownBy(
            () -> decode().resize(5, 5).colourJitter(1, 1, 1, 0).colourJitter(1, 1, 1, 0))
        .hasMessageContaining("once");
    assertThatThrownBy(() -> decode().gray().resize(5, 5).normalize(MEAN, DEVIATION))
        .hasMessageContaining("each of 1 channels, had 3 and 3");
    assertThatThrownBy(() -> decode().resize(5, 5).normalize(MEAN, new double[] {1, 0, 1}))
        .hasMessage("deviation must be positive, was 0.0");
  }
}

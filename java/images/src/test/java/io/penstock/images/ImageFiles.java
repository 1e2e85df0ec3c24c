package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.array.ElementType;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;

/** Image files for tests, and data sets of them. */
final class ImageFiles {
  private static final int TAR_BLOCK = 512;

  private ImageFiles() {}

  /** A picture with structure and noise. */
  static BufferedImage picture(int width, int height, long seed) {
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

  static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  /** A file each, one after another in a file of values with offsets beside it. */
  static Dataset values(Path folder, List<byte[]> files) throws IOException {
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

  /** An archive with a file each. */
  static Path tar(Path path, List<byte[]> files, IntFunction<String> names) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    for (int i = 0; i < files.size(); i++) {
      archive.writeBytes(header(names.apply(i), files.get(i).length));
      archive.writeBytes(files.get(i));
      archive.writeBytes(new byte[Math.floorMod(-files.get(i).length, TAR_BLOCK)]);
    }
    archive.writeBytes(new byte[2 * TAR_BLOCK]);
    return Files.write(path, archive.toByteArray());
  }

  private static byte[] header(String name, int size) {
    byte[] header = new byte[TAR_BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644\0000000000\0000000000\000");
    put(header, 124, "%011o\0".formatted(size));
    put(header, 136, "00000000000\000        0");
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte one : header) {
      sum += one & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}

package io.penstock.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that are not whole are errors, wherever and however they were damaged. */
final class ImageDamageTest {
  private static final int HEIGHT = 33;
  private static final int WIDTH = 40;

  @TempDir Path directory;

  private static BufferedImage image() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int noise = random.nextInt(40);
        image.setRGB(x, y, (x * 5 + noise) << 16 | (y * 6 + noise) << 8 | (x * y + noise) % 256);
      }
    }
    return image;
  }

  private static byte[] bytes(String format, boolean isProgressive) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    if (isProgressive) {
      param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image(), null, null), param);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("x.img"), bytes);
  }

  private char[] samples(byte[] bytes) throws IOException {
    ImageDecoder decoder = ImageDecoder.of(file(bytes), FolderOptions.NONE, false);
    assertThat(decoder.recordShape()).isEqualTo(Shape.of(HEIGHT, WIDTH, 3));
    byte[] record = new byte[HEIGHT * WIDTH * 3];
    var memory = java.lang.foreign.MemorySegment.ofArray(record);
    decoder.decode(file(bytes), memory);
    char[] samples = new char[record.length];
    for (int i = 0; i < record.length; i++) {
      samples[i] = (char) (record[i] & 0xff);
    }
    return samples;
  }

  private void assertRefused(byte[] bytes, String what, String... found) {
    var thrown =
        assertThatThrownBy(() -> samples(bytes))
            .as(what)
            .isInstanceOf(PenstockException.class)
            .hasMessageContaining("x.img: expected ")
            .hasMessageNotContaining("null");
    for (String word : found) {
      thrown.hasMessageContaining(word);
    }
  }

  @Test
  void everyCutOfAJpegIsRefused() throws IOException {
    for (boolean isProgressive : new boolean[] {false, true}) {
      byte[] whole = bytes("jpeg", isProgressive);
      samples(whole);
      for (int length = 4; length < whole.length; length++) {
        assertRefused(Arrays.copyOf(whole, length), "cut at " + length, "cut short");
      }
      // An end marker behind the cut makes a file that looks whole.
      int scan = scan(whole);
      for (int length = scan; length < whole.length - 8; length += 7) {
        byte[] ended = Arrays.copyOf(whole, length + 2);
        ended[length] = (byte) 0xff;
        ended[length + 1] = (byte) 0xd9;
        assertRefused(ended, "ended at " + length + isProgressive);
      }
    }
  }

  private static int scan(byte[] jpeg) {
    int at = 2;
    while (jpeg[at + 1] != (byte) 0xda) {
      at += 2 + ((jpeg[at + 2] & 0xff) << 8) + (jpeg[at + 3] & 0xff);
    }
    return at + 30;
  }

  /** A JPEG has no checksum, so noise may be a code by chance; few runs of 100 bytes are. */
  @Test
  void noiseInAJpegIsRefused() throws IOException {
    byte[] whole = bytes("jpeg", false);
    Random random = new Random(8);
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      byte[] noisy = whole.clone();
      int at = scan(whole) + random.nextInt(whole.length - scan(whole) - 120);
      for (int k = at; k < at + 100; k++) {
        noisy[k] = (byte) random.nextInt(256);
      }
      try {
        samples(noisy);
      } catch (PenstockException e) {
        assertThat(e).hasMessageContaining("x.img: expected a whole JPEG, found it ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(54);
  }

  @Test
  void everyByteOfAPngCounts() throws IOException {
    byte[] whole = bytes("png", false);
    char[] samples = samples(whole);
    for (int length = 8; length < whole.length; length += length < whole.length - 40 ? 13 : 1) {
      assertRefused(Arrays.copyOf(whole, length), "cut at " + length, "cut short");
    }
    for (int i = 0; i < whole.length; i += i < 60 || i > whole.length - 40 ? 1 : 11) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x20;
      assertRefused(damaged, "flipped byte " + i);
    }
    byte[] more = Arrays.copyOf(whole, whole.length + 100);
    assertThat(samples(more)).isEqualTo(samples);
  }

  @Test
  void cutsOfGifAndBmpAreRefused() throws IOException {
    byte[] gif = bytes("gif", false);
    samples(gif);
    for (int length = 10; length < gif.length - 1; length += 17) {
      assertRefused(Arrays.copyOf(gif, length), "GIF cut at " + length);
    }
    byte[] bmp = bytes("bmp", false);
    samples(bmp);
    for (int length = 30; length < bmp.length; length += 17) {
      assertRefused(Arrays.copyOf(bmp, length), "BMP cut at " + length);
    }
  }

  @Test
  void whatIsNoImageIsNamed() throws IOException {
    assertRefused(new byte[0], "nothing", "found an empty file", "--pattern");
    assertRefused(
        "II*\0\b\0\0\0".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
        "TIFF",
        "found a TIFF image");
    assertRefused(new byte[] {1, 2, 3}, "bytes", "begins with other bytes");
    byte[] jpeg = bytes("jpeg", false);
    int frame = 2;
    while (jpeg[frame + 1] != (byte) 0xc0) {
      frame += 2 + ((jpeg[frame + 2] & 0xff) << 8) + (jpeg[frame + 3] & 0xff);
    }
    for (Object[] change :
        new Object[][] {
          {1, 0xc9, "arithmetic coding"},
          {1, 0xc3, "lossless"},
          {4, 12, "12 bits a sample"},
          {9, 2, "2 components"}
        }) {
      byte[] other = jpeg.clone();
      other[frame + (int) change[0]] = (byte) (int) change[1];
      assertRefused(other, change[2].toString(), change[2].toString());
    }
    byte[] huge = jpeg.clone();
    Arrays.fill(huge, frame + 5, frame + 9, (byte) 0xff);
    assertRefused(huge, "65535 x 65535", "1 to 268435456 pixels");
  }
}

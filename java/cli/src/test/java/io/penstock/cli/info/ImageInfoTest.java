package io.penstock.cli.info;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code info} of a folder or an archive of images: formats and sizes, by headers only. */
final class ImageInfoTest {
  @TempDir Path directory;

  private static byte[] image(String format, int width, int height) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  /** A JPEG with 200 kB of a preview before its size. */
  private static byte[] withPreview(byte[] jpeg) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, 2);
    for (int i = 0; i < 4; i++) {
      ByteBuffer segment = ByteBuffer.allocate(50_000 + 2);
      segment.putShort((short) 0xffe2).putShort((short) 50_000);
      bytes.writeBytes(segment.array());
    }
    bytes.write(jpeg, 2, jpeg.length - 2);
    return bytes.toByteArray();
  }

  private static byte[] webp(String kind, int... bytes) {
    ByteBuffer file = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    file.put("RIFF\0\0\0\0WEBP".getBytes(StandardCharsets.US_ASCII));
    file.put(kind.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < bytes.length; i++) {
      file.put(20 + i, (byte) bytes[i]);
    }
    return file.array();
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a/1.jpg", image("jpg", 640, 480));
    files.put("a/2.jpg", withPreview(image("jpg", 100, 480)));
    files.put("a/3.jpg", image("png", 32, 24));
    files.put("b/4.gif", image("gif", 33, 11));
    files.put("b/5.bmp", image("bmp", 500, 12));
    files.put("b/6.txt", "no image".getBytes(StandardCharsets.UTF_8));
    files.put("b/7.jpg", new byte[0]);
    files.put("b/8.jpg", new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16});
    return files;
  }

  private static JsonObject images(Object path) {
    Run run = Run.of("info", "--json", path);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject().getAsJsonObject("images");
  }

  private Path folder(Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = directory.resolve("pictures").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return directory.resolve("pictures");
  }

  @Test
  void aFolderHasFormatsAndSizes() throws IOException {
    Path folder = folder(files());
    assertThat(images(folder))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"sampledRecords": 8, "formats": {"bmp": 1, "gif": 1, "jpeg": 3, "png": 1},
                 "withoutSize": 1, "unreadable": 0,
                 "minWidth": 32, "medianWidth": 100, "maxWidth": 640,
                 "minHeight": 11, "medianHeight": 24, "maxHeight": 480}
                """));
    assertThat(Run.of("info", folder).lines())
        .contains(
            "images             1 bmp, 1 gif, 3 jpeg, 1 png of 8 looked at",
            "imageSizes         32 to 640 (median 100) x 11 to 480 (median 24)");
  }

  @Test
  void anArchiveHasThemTooAndTextsHaveNone() throws IOException {
    Map<String, byte[]> files = files();
    files.keySet().removeIf(name -> !name.endsWith(".jpg") || name.startsWith("b/8"));
    Path archive = directory.resolve("x.tar");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    files.forEach((name, file) -> member(bytes, name, file));
    bytes.writeBytes(new byte[1024]);
    Files.write(archive, bytes.toByteArray());
    JsonObject images = images(archive + "#jpg");
    assertThat(images.get("sampledRecords").getAsInt()).isEqualTo(4);
    assertThat(images.get("formats"))
        .isEqualTo(JsonParser.parseString("{\"jpeg\": 2, \"png\": 1}"));
    assertThat(images.get("maxWidth").getAsInt()).isEqualTo(640);
    assertThat(images(archive + "#__key__")).isNull();
  }

  private static void member(ByteArrayOutputStream archive, String name, byte[] file) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 124, "%011o\0".formatted(file.length));
    put(header, 148, "        0");
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte one : header) {
      sum += one & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    archive.writeBytes(header);
    archive.writeBytes(file);
    archive.writeBytes(new byte[Math.floorMod(-file.length, 512)]);
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  @Test
  void headersOfOtherFormatsAreKnown() throws IOException {
    List<String> found = new ArrayList<>();
    for (byte[] file :
        List.of(
            webp("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 0x2c, 1, 0xc8, 0),
            webp("VP8L", 0x2f, 0x2b, 0xc1, 0x31, 0),
            webp("VP8X", 0, 0, 0, 0, 0x2b, 1, 0, 0xc7, 0, 0),
            "II*\0....".getBytes(StandardCharsets.US_ASCII),
            "\0\0\0\fjP  \r\n".getBytes(StandardCharsets.US_ASCII),
            "\0\0\0\034ftypavif".getBytes(StandardCharsets.US_ASCII),
            "BM is a car maker with W".getBytes(StandardCharsets.US_ASCII))) {
      Optional<ImageHeader> header =
          ImageHeader.of(
              (at, count) ->
                  ByteBuffer.wrap(file).slice((int) at, (int) Math.min(count, file.length - at)));
      found.add(header.map(h -> h.format() + " " + h.width() + "x" + h.height()).orElse("none"));
    }
    assertThat(found)
        .containsExactly(
            "webp 300x200",
            "webp 300x200",
            "webp 300x200",
            "tiff 0x0",
            "jpeg2000 0x0",
            "heif 0x0",
            "none");
  }
}

package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.cli.Main;
import io.penstock.cli.command.Streams;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.options.Shuffle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images that are odd: the page that says what Pillow, ImageIO and Penstock make of each is true.
 *
 * <p>With the system property {@code penstock.write} the page is written anew.
 */
class OddImagesTest {
  private static final Path PAGE = Path.of("..", "docs", "odd-images.md");
  private static final int MOST_PIXELS = 1 << 16;
  private static final int COLOURS = 3;

  @TempDir Path directory;

  /** What Pillow says of a file: its size, or "error"; and the mode, or which error. */
  private record Odd(String file, String title, String size, String more) {
    boolean isByPillow() {
      return !size.equals("error");
    }
  }

  /** What Penstock delivers, or why not. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Found(String size, byte[] pixels, String refusal) {}

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  private List<Odd> make() throws Exception {
    Path python = Path.of("/usr/bin/python3");
    assumeTrue(Files.isExecutable(python), "no " + python);
    Path script = directory.resolve("odd_images.py");
    try (InputStream in = OddImagesTest.class.getResourceAsStream("odd_images.py")) {
      Files.copy(in, script);
    }
    Process check =
        new ProcessBuilder(python.toString(), "-c", "import numpy, PIL.Image")
            .redirectErrorStream(true)
            .start();
    check.getInputStream().readAllBytes();
    assumeTrue(check.waitFor() == 0, "no Pillow (Debian: python3-pil, python3-numpy)");
    Process making =
        new ProcessBuilder(python.toString(), script.toString(), directory.toString())
            .redirectError(directory.resolve("err").toFile())
            .start();
    String lines = new String(making.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(making.waitFor()).as(Files.readString(directory.resolve("err"))).isZero();
    return lines
        .lines()
        .map(line -> line.split("\t", -1))
        .map(parts -> new Odd(parts[0], parts[1], parts[2], parts[3]))
        .toList();
  }

  private byte[] file(Odd odd) throws IOException {
    return Files.readAllBytes(directory.resolve("in").resolve(odd.file));
  }

  private byte[] pillow(Odd odd) throws IOException {
    return Files.readAllBytes(directory.resolve("pillow").resolve(odd.file));
  }

  // ---- Penstock -------------------------------------------------------------------------------

  private static final Pattern TOLD = Pattern.compile("record (\\d+)[^:]*: (?:image: )?(.*)");

  /** What a decoding makes of all files. */
  private List<Found> decode(List<byte[]> files, ImageDecoding decoding, int valueBytes)
      throws IOException {
    Map<Integer, String> refusals = new ConcurrentHashMap<>();
    ImageDecoding told =
        decoding
            .to("pixels")
            .upTo(MOST_PIXELS)
            .blankIfDamaged(
                text -> {
                  Matcher parts = TOLD.matcher(text);
                  assertThat(parts.matches()).as(text).isTrue();
                  refusals.put(Integer.parseInt(parts.group(1)), parts.group(2));
                });
    List<Found> all = new ArrayList<>();
    try (Dataset dataset = ImageFiles.values(directory, files);
        Loader loader =
            dataset
                .loader()
                .batchSize(8)
                .shuffle(Shuffle.NONE)
                .transform(told.transform())
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          MemorySegment size = batch.record("pixels.size", i);
          String text =
              size.getAtIndex(ValueLayout.JAVA_INT, 1)
                  + " x "
                  + size.getAtIndex(ValueLayout.JAVA_INT, 0);
          byte[] pixels = batch.record("pixels", i).toArray(ValueLayout.JAVA_BYTE);
          assertThat(pixels.length % valueBytes).isZero();
          all.add(new Found(text, pixels, refusals.get(all.size())));
        }
      }
    }
    return all;
  }

  private String byPenstock(Odd odd, Found found, Found deep) throws IOException {
    if (found.refusal == null) {
      return compared(odd, found.size, found.pixels);
    }
    if (deep.refusal == null) {
      return "refused as 8 bits, not to lose any; with `bits16()` " + deep.size;
    }
    return "refused: " + found.refusal;
  }

  private String compared(Odd odd, String size, byte[] pixels) throws IOException {
    if (!odd.isByPillow()) {
      return size;
    }
    byte[] expected = pillow(odd);
    if (!size.equals(odd.size)) {
      return size + ", another size";
    }
    int off = 0;
    for (int i = 0; i < pixels.length; i++) {
      off = Math.max(off, Math.abs((pixels[i] & 0xff) - (expected[i] & 0xff)));
    }
    return off == 0 ? "the same" : "up to %d of 255 off".formatted(off);
  }

  // ---- the others -----------------------------------------------------------------------------

  private String byImageIo(Odd odd, byte[] file) throws IOException {
    BufferedImage image;
    try {
      image = ImageIO.read(new ByteArrayInputStream(file));
    } catch (IOException | RuntimeException e) {
      return e.getClass().getSimpleName();
    } catch (OutOfMemoryError e) {
      return "OutOfMemoryError";
    }
    if (image == null) {
      return "null";
    }
    String size = image.getWidth() + " x " + image.getHeight();
    byte[] pixels = new byte[image.getWidth() * image.getHeight() * COLOURS];
    for (int i = 0; i < pixels.length; i++) {
      int pixel = i / COLOURS;
      int rgb = image.getRGB(pixel % image.getWidth(), pixel / image.getWidth());
      pixels[i] = (byte) (rgb >> (16 - 8 * (i % COLOURS)));
    }
    return compared(odd, size, pixels);
  }

  private static String byPillow(Odd odd) {
    return odd.isByPillow() ? odd.size + ", mode " + odd.more : odd.more;
  }

  // ---- the page -------------------------------------------------------------------------------

  private static final String HEAD =
      """
      # Odd images

      What Pillow, ImageIO and Penstock make of images that are damaged, rare, or not what their names say. A test
      makes the files, and this page: Pillow 9.4 (`Image.open(file).convert("RGB")`), ImageIO of JDK 25
      (`ImageIO.read`), and `Images.decode(column).upTo(pixels)`. "The same" means the pixels of Pillow, all of them.

      | image | Pillow | ImageIO | Penstock |
      | --- | --- | --- | --- |
      """;

  private static String row(Odd odd, String imageIo, String penstock) {
    return "| %s | %s | %s | %s |"
        .formatted(odd.title, byPillow(odd), imageIo, penstock.replace("|", "\\|"));
  }

  /** A row without what depends on versions of others. */
  private static String ownPart(String row) {
    String[] cells = row.split(" \\| ", -1);
    return cells[0] + " | " + cells[cells.length - 1];
  }

  @Test
  void thePageSaysWhatBecomesOfEach() throws Exception {
    List<Odd> all = make();
    assertThat(all).hasSizeGreaterThan(40);
    List<byte[]> files = new ArrayList<>();
    for (Odd odd : all) {
      files.add(file(odd));
    }
    List<Found> shallow = decode(files, Images.decode("jpg"), COLOURS);
    List<Found> deep = decode(files, Images.decode("jpg").bits16(), 2 * COLOURS);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Odd odd = all.get(i);
      String penstock = byPenstock(odd, shallow.get(i), deep.get(i));
      rows.add(row(odd, byImageIo(odd, files.get(i)), penstock));
    }
    if (Boolean.getBoolean("penstock.write")) {
      Files.writeString(PAGE, HEAD + String.join("\n", rows) + "\n");
    }
    assertThat(
            Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| -"))
                .skip(1)
                .map(OddImagesTest::ownPart))
        .containsExactlyElementsOf(rows.stream().map(OddImagesTest::ownPart).toList());
  }

  /** By the same decoder, which shows in what only this one decodes. */
  @Test
  void convertMakesTheSameOfThem() throws Exception {
    List<String> done = new ArrayList<>();
    for (Odd odd : make()) {
      Path folder = Files.createDirectories(directory.resolve("one").resolve(odd.file));
      Files.copy(directory.resolve("in").resolve(odd.file), folder.resolve(odd.file));
      Path made = directory.resolve("made.npy");
      if (convert(folder, made) != 0) {
        continue;
      }
      done.add(odd.file);
      byte[] array = Files.readAllBytes(made);
      boolean isDeep = new String(array, 0, 128, StandardCharsets.ISO_8859_1).contains("u2");
      if (odd.isByPillow() && !isDeep) {
        byte[] expected = pillow(odd);
        assertThat(Arrays.copyOfRange(array, array.length - expected.length, array.length))
            .as(odd.file)
            .isEqualTo(expected);
      }
    }
    assertThat(done)
        .contains("baseline.jpg", "arithmetic.jpg", "cmyk.jpg", "ycck.jpg", "rgb-16.png")
        .doesNotContain("truncated-99.jpg", "flipped.jpg", "bad-crc.png", "few-rows.png");
  }

  private static int convert(Path folder, Path made) {
    Streams streams =
        new Streams(
            Channels.newChannel(new ByteArrayOutputStream()),
            true,
            new PrintWriter(new StringWriter(), true),
            false);
    return Main.run(streams, "convert", folder.toString(), made.toString(), "--force");
  }
}

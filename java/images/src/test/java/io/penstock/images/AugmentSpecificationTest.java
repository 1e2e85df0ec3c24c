package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.transform.RecordRandom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the draws to AUGMENT.md: its test vectors, and its Python, which is run as it stands. */
class AugmentSpecificationTest {
  private static final Path SPECIFICATION =
      Path.of(System.getProperty("basedir", "."), "src/main/java/io/penstock/images/AUGMENT.md");
  private static final RandomCropDraw CROP = new RandomCropDraw(0.08, 1, 3.0 / 4, 4.0 / 3);
  private static final ColorJitterDraw JITTER = new ColorJitterDraw(0.4, 0.4, 0.4, 0.1);

  @TempDir Path directory;

  @Test
  void vectorsOfTheSpecificationHold() throws IOException {
    List<String> vectors = block("vectors").lines().toList();
    assertThat(vectors).hasSizeGreaterThan(30);
    for (String vector : vectors) {
      String[] sides = vector.split(": ", 2);
      long[] given = Arrays.stream(sides[0].split(" ")).mapToLong(Long::parseLong).toArray();
      assertThat(drawn(given)).as(vector).isEqualTo(sides[1]);
    }
  }

  /** All draws of a record, as a line of the vectors has them. */
  private static String drawn(long... given) {
    RecordRandom random =
        new RecordRandom().start(RecordRandom.key(given[0], given[1], (int) given[2]), given[3]);
    Augmentation result = new Augmentation();
    result.reset((int) given[4], (int) given[5]);
    CROP.draw(random, result);
    result.isMirrored = random.nextDouble() < 0.5;
    JITTER.draw(random, result);
    return "%d %d %d %d %d %s %d %d %d %d"
        .formatted(
            result.left,
            result.top,
            result.width,
            result.height,
            result.isMirrored ? 1 : 0,
            steps(result),
            Math.round(result.brightness * 1e6),
            Math.round(result.contrast * 1e6),
            Math.round(result.saturation * 1e6),
            result.hue);
  }

  private static String steps(Augmentation result) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      text.append((result.steps >>> (8 * i)) & 0xff);
    }
    return text.toString();
  }

  @Test
  void programOfTheSpecificationDrawsTheSame() throws Exception {
    StringBuilder program =
        new StringBuilder(block("python"))
            .append(
                """
                import struct
                def float32(x):
                    return struct.unpack("f", struct.pack("f", x))[0]
                def show(seed, epoch, transform, position, width, height):
                    r = Random(seed, epoch, transform, position)
                    part = crop(r, width, height, (0.08, 1), (3 / 4, 4 / 3))
                    m = mirrored(r, 0.5)
                    steps, *factors, hue = jitter(r, 0.4, 0.4, 0.4, 0.1)
                    factors = [int(float32(f) * 1e6 + 0.5) for f in factors]
                    print(*part, int(m), "".join(map(str, steps)), *factors, hue)
                """);
    StringBuilder expected = new StringBuilder();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      long[] given = {
        random.nextLong(),
        random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63),
        random.nextInt(9),
        random.nextLong(1L << 48) >>> random.nextInt(48),
        1 + (random.nextInt(1 << 14) >>> random.nextInt(14)),
        1 + (random.nextInt(1 << 14) >>> random.nextInt(14))
      };
      program.append(Arrays.toString(given).replace("[", "show(").replace("]", ")\n"));
      expected.append(drawn(given)).append('\n');
    }
    assertThat(runPython(program.toString())).isEqualTo(expected.toString());
  }

  @Test
  void versionIsTheOneThatIsSpecified() throws IOException {
    assertThat(Files.readString(SPECIFICATION))
        .startsWith("# Random changes of images, version 1\n");
  }

  @Test
  void partsLieInTheImageAndVary() {
    long places = 0;
    double area = 0;
    for (int position = 0; position < 20_000; position++) {
      Augmentation result = new Augmentation();
      result.reset(500, 375);
      CROP.draw(new RecordRandom().start(RecordRandom.key(3, 0, 0), position), result);
      assertThat(result.left).isBetween(0, 500 - result.width);
      assertThat(result.top).isBetween(0, 375 - result.height);
      area += (double) result.width * result.height / (500 * 375);
      places += result.left == 0 ? 1 : 0;
    }
    // Share s of ratio r fits if s <= 0.75 r: with r even on a logarithmic scale the mean of s is
    // 0.432.
    assertThat(area / 20_000).isBetween(0.425, 0.439);
    assertThat(places).isBetween(60L, 400L);
  }

  @Test
  void imagesThatNoPartFitsIntoGiveTheirMiddle() {
    RandomCropDraw squares = new RandomCropDraw(1, 1, 1, 1);
    Augmentation wide = new Augmentation();
    wide.reset(101, 20);
    squares.draw(new RecordRandom(), wide);
    assertThat(new int[] {wide.left, wide.top, wide.width, wide.height})
        .containsExactly(40, 0, 20, 20);
    Augmentation high = new Augmentation();
    high.reset(1, 9);
    new RandomCropDraw(1, 1, 4, 4).draw(new RecordRandom(), high);
    assertThat(new int[] {high.left, high.top, high.width, high.height})
        .containsExactly(0, 4, 1, 1);
  }

  @Test
  void stepsWithoutStrengthAreLeftOutAndChangeNothingElse() {
    for (int position = 0; position < 100; position++) {
      Augmentation all = new Augmentation();
      JITTER.draw(new RecordRandom().start(1, position), all);
      Augmentation some = new Augmentation();
      new ColorJitterDraw(0, 0.4, 0, 0.1).draw(new RecordRandom().start(1, position), some);
      assertThat(some.contrast).isEqualTo(all.contrast);
      assertThat(some.hue).isEqualTo(all.hue);
      assertThat(some.brightness).isEqualTo(1);
      assertThat(steps(some)).isEqualTo(steps(all).replace('1', '0').replace('3', '0'));
    }
  }

  @Test
  void rangesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new RandomCropDraw(0, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale must be a range within 0 (excluded) to 1, was 0.0 to 1.0");
    assertThatThrownBy(() -> new RandomCropDraw(0.5, 0.4, 1, 1)).hasMessageContaining("scale");
    assertThatThrownBy(() -> new RandomCropDraw(0.5, 1, 2, 1)).hasMessageContaining("ratio");
    assertThatThrownBy(() -> new RandomCropDraw(0.5, Double.NaN, 1, 1))
        .hasMessageContaining("scale");
    assertThatThrownBy(() -> new ColorJitterDraw(-1, 0, 0, 0)).hasMessageContaining("brightness");
    assertThatThrownBy(() -> new ColorJitterDraw(0, 0, 0, 0.6))
        .hasMessage("hue must be 0 to 0.5, was 0.6");
  }

  private String runPython(String program) throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("augment.py"), program);
    Process process;
    try {
      process = new ProcessBuilder("python3", script.toString()).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "python3 is not on the PATH, so the program is not run: " + e.getMessage());
      throw e;
    }
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
      return text;
    }
  }

  /** What stands between the fences of the one block of this kind. */
  private static String block(String kind) throws IOException {
    String[] parts = Files.readString(SPECIFICATION).split("```" + kind + "\n", -1);
    assertThat(parts).as("blocks of %s in %s", kind, SPECIFICATION).hasSize(2);
    return parts[1].substring(0, parts[1].indexOf("```"));
  }
}

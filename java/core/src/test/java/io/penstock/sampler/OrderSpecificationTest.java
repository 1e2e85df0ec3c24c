package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the implementation to ORDER.md: its test vectors, and its Python, which is run as it stands
 * there. It must not compute an order in any other way: the file is what other programs have.
 */
@Tag("platform")
class OrderSpecificationTest {
  private static final Path SPECIFICATION =
      Path.of(System.getProperty("basedir", "."), "src/main/java/io/penstock/sampler/ORDER.md");

  @TempDir Path directory;

  @Test
  void vectorsOfTheSpecificationHold() throws IOException {
    List<String> vectors = block("vectors").lines().toList();
    assertThat(vectors).hasSizeGreaterThan(30);
    for (String vector : vectors) {
      String[] sides = vector.split(": ", 2);
      long[] given = numbers(sides[0]);
      long[] indices = numbers(sides[1]);
      FullShuffle sampler = new FullShuffle(given[0], given[1]);
      assertThat(SamplerTest.filled(sampler, given[2], given[3], indices.length))
          .as(vector)
          .isEqualTo(indices);
      for (int i = 0; i < indices.length; i++) {
        assertThat(sampler.position(given[2], indices[i])).isEqualTo(given[3] + i);
      }
    }
  }

  @Test
  void keysOfTheSpecificationHold() throws IOException {
    StringBuilder keys = new StringBuilder();
    for (long key : FullShuffle.roundKeys(10, 0, 1, FeistelNetwork.rounds(4))) {
      keys.append(HexFormat.of().toHexDigits(key));
    }
    assertThat(keys.toString()).isEqualTo(block("keys").replaceAll("\\s", ""));
  }

  @Test
  void orderVersionIsTheOneThatIsSpecified() throws IOException {
    assertThat(Files.readString(SPECIFICATION))
        .startsWith("# The order of the full shuffle, version " + FullShuffle.ORDER_VERSION + "\n");
  }

  @Test
  void programOfTheSpecificationDeliversTheSameOrder() throws Exception {
    StringBuilder program = new StringBuilder(block("python"));
    StringBuilder expected = new StringBuilder();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 400; i++) {
      // Sizes of all magnitudes alike, so that every number of rounds comes up.
      long size = 1 + (random.nextLong(1L << 48) >>> random.nextInt(48));
      long seed = random.nextLong();
      long epoch = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
      long place = random.nextLong(size);
      FullShuffle sampler = new FullShuffle(size, seed);
      String arguments = "(%d, %d, %d, %d)".formatted(size, seed, epoch, place);
      program.append("print(index%s, position%s)\n".formatted(arguments, arguments));
      expected.append(sampler.index(epoch, place)).append(' ');
      expected.append(sampler.position(epoch, place)).append('\n');
    }
    assertThat(runPython(program.toString())).isEqualTo(expected.toString());
  }

  private String runPython(String program) throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("order.py"), program);
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

  private static long[] numbers(String text) {
    return Arrays.stream(text.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }
}

package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/** Holds the block shuffle to ORDER.md, as {@link OrderSpecificationTest} does the full one. */
class BlockSpecificationTest {
  private static final Path SPECIFICATION =
      Path.of(System.getProperty("basedir", "."), "src/main/java/io/penstock/sampler/ORDER.md");

  @TempDir Path directory;

  @Test
  void vectorsOfTheSpecificationHold() throws IOException {
    List<String> vectors = block("vectors block").lines().toList();
    assertThat(vectors).hasSizeGreaterThan(25);
    for (String vector : vectors) {
      String[] sides = vector.split(": ", 2);
      long[] given = numbers(sides[0]);
      long[] indices = numbers(sides[1]);
      BlockShuffle sampler = new BlockShuffle(given[0], given[1], (int) given[2], given[3]);
      for (int times = 0; times < 3; times++) {
        assertThat(SamplerTest.filled(sampler, given[4], given[5], indices.length))
            .as(vector)
            .isEqualTo(indices);
      }
      for (int i = 0; i < indices.length; i++) {
        assertThat(sampler.position(given[4], indices[i])).isEqualTo(given[5] + i);
      }
    }
  }

  @Test
  void orderVersionIsTheOneThatIsSpecified() throws IOException {
    assertThat(Files.readString(SPECIFICATION))
        .contains("\n# The block shuffle, version " + BlockShuffle.ORDER_VERSION + "\n");
  }

  @Test
  void programOfTheSpecificationDeliversTheSameOrder() throws Exception {
    StringBuilder program = new StringBuilder(block("python")).append(block("python block"));
    StringBuilder expected = new StringBuilder();
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 400; i++) {
      // Sizes of all magnitudes alike; blocks from one record to the whole.
      long size = 1 + (random.nextLong(1L << 48) >>> random.nextInt(48));
      long blockRecords = 1 + (random.nextLong(size) >>> random.nextInt(48));
      int windowBlocks = 1 + (random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31));
      long seed = random.nextLong();
      long epoch = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
      long place = random.nextLong(size);
      BlockShuffle sampler = new BlockShuffle(size, blockRecords, windowBlocks, seed);
      program.append(
          "print(block_index(%d, %d, %d, %d, %d, %d))%n"
              .formatted(size, blockRecords, windowBlocks, seed, epoch, place));
      expected.append(sampler.index(epoch, place)).append('\n');
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

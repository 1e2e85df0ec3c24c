package io.penstock.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds ranks by place to the specification of orders: its vectors, and its Python as it stands.
 */
class PlaceSpecificationTest {
  private static final Path SPECIFICATION =
      Path.of(System.getProperty("basedir", "."), "src/main/java/io/penstock/sampler/ORDER.md");

  @TempDir Path directory;

  /** The numbers of a vector: n, seed, epoch, world, group, batch, step, rank. */
  private static long[] records(long... given) {
    RankBy by = RankBy.placeInGroups((int) given[4]);
    Partition partition =
        new Partition((int) given[7], (int) given[3], (int) given[5], Remainder.KEEP, by);
    RankShares shares = RankShares.of(partition, new FullShuffle(given[0], given[1]), null);
    BatchCursor cursor = new BatchCursor(shares);
    cursor.seek(given[2], given[2] + 1);
    cursor.advance((int) given[6]);
    try (Arena arena = Arena.ofConfined()) {
      long[] indices = new long[cursor.size()];
      IndexSource.of(shares, arena).fill(cursor, MemorySegment.ofArray(indices));
      return indices;
    }
  }

  @Test
  void vectorsOfTheSpecificationHold() throws IOException {
    List<String> vectors = block("vectors place").lines().toList();
    assertThat(vectors).hasSizeGreaterThan(20);
    for (String vector : vectors) {
      String[] sides = vector.split(": ", 2);
      assertThat(records(numbers(sides[0]))).as(vector).isEqualTo(numbers(sides[1]));
    }
  }

  @Test
  void programOfTheSpecificationGivesTheSameRecords() throws Exception {
    StringBuilder program = new StringBuilder(block("python")).append(block("python place"));
    StringBuilder expected = new StringBuilder();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 200; i++) {
      int world = 1 + random.nextInt(17);
      int group = 1 + random.nextInt(20);
      int batch = 1 + random.nextInt(9);
      // Sizes of all magnitudes alike, and the last step of an epoch as often as any other.
      long size = world + (random.nextLong(1L << 48) >>> random.nextInt(48));
      long last = (size - world) / ((long) world * batch);
      long step =
          random.nextBoolean() && last < 1 << 20
              ? last
              : random.nextLong(Math.min(last, 1 << 20) + 1);
      long seed = random.nextLong();
      long epoch = random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
      int rank = random.nextInt(world);
      program.append(
          "print(batch_by_place(lambda p: index(%1$d, %2$d, %3$d, p), %1$d, %4$d, %5$d, %6$d, %7$d, %8$d))%n"
              .formatted(size, seed, epoch, world, group, batch, step, rank));
      long[] found = records(size, seed, epoch, world, group, batch, step, rank);
      expected.append(Arrays.toString(found)).append('\n');
    }
    assertThat(runPython(program.toString())).isEqualTo(expected.toString());
  }

  private String runPython(String program) throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("place.py"), program);
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

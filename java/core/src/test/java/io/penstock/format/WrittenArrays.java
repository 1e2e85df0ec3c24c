package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files that Python and NumPy wrote, and what is in them: those that lie in the test resources, or
 * new ones from the Python of this machine.
 */
final class WrittenArrays {
  private static final Path RESOURCES = Path.of("src/test/resources/io/penstock/format");
  private static final String SCRIPT = "write_arrays.py";
  private static final int NO_NUMPY = 77;

  /**
   * One array: either type, shape and digest of its elements in C order, or why it is refused.
   *
   * @param descr "refused" where there is a reason instead of a shape
   * @param nativeDigest the same for numbers in the order of the machine that wrote it
   */
  record Expected(
      Path file, String part, String descr, String shape, String digest, String nativeDigest) {
    static Expected parse(Path folder, String line) {
      String[] words = line.split("\t", -1);
      boolean isRefused = words[2].equals("refused");
      assertThat(words.length).as(line).isEqualTo(isRefused ? 4 : 6);
      return new Expected(
          folder.resolve(words[0]),
          words[1],
          words[2],
          words[3],
          isRefused ? "" : words[4],
          isRefused ? "" : words[5]);
    }

    boolean isRefused() {
      return descr.equals("refused");
    }

    String reason() {
      return shape;
    }

    List<Long> sizes() {
      return shape.isEmpty()
          ? List.of()
          : Stream.of(shape.split(",", -1)).map(Long::valueOf).toList();
    }

    /** As a user would write it. */
    Source source() {
      return Source.parse(part.isEmpty() ? file : Path.of(file + "#" + part));
    }
  }

  private WrittenArrays() {}

  /** Files that were written once, by several versions of Python and NumPy. */
  static List<Expected> committed() {
    List<Expected> all = new ArrayList<>();
    try (Stream<Path> lists = Files.walk(RESOURCES)) {
      for (Path list : lists.filter(path -> path.endsWith("arrays.tsv")).sorted().toList()) {
        Files.readAllLines(list, StandardCharsets.UTF_8)
            .forEach(line -> all.add(Expected.parse(list.getParent(), line)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** Writes files now; skips the test where there is no Python with NumPy. */
  static List<Expected> fresh(Path folder) throws IOException, InterruptedException {
    StringBuilder problems = new StringBuilder();
    for (String python : List.of("python3", "/usr/bin/python3")) {
      Process process;
      try {
        process =
            new ProcessBuilder(
                    python, "-W", "ignore", RESOURCES.resolve(SCRIPT).toString(), folder.toString())
                .redirectErrorStream(true)
                .start();
      } catch (IOException e) {
        problems.append(e.getMessage()).append("; ");
        continue;
      }
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != NO_NUMPY) {
          assertThat(status).as(text).isZero();
          return text.lines().map(line -> Expected.parse(folder, line)).toList();
        }
        problems.append(python).append(": ").append(text.strip()).append("; ");
      }
    }
    assumeTrue(false, "no Python with NumPy to write files with: " + problems);
    throw new AssertionError("assumptions throw");
  }
}

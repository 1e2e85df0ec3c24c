package io.penstock.sampler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the example in a package's documentation and the lines of a test that are to be the same,
 * so that the example is known to compile and to run.
 */
public final class Tour {
  private static final Path SOURCES = Path.of(System.getProperty("basedir", "."), "src");

  private Tour() {}

  /** The lines of the one snippet in a package-info, without the comment around them. */
  public static List<String> documented(Package of) throws IOException {
    List<String> lines =
        Files.readAllLines(
            SOURCES.resolve("main/java/" + of.getName().replace('.', '/') + "/package-info.java"));
    int start = indexOf(lines, " * {@snippet lang=\"java\" :", 0);
    return lines.subList(start + 1, indexOf(lines, " *", start) - 1).stream()
        .map(line -> line.substring(2).strip())
        .toList();
  }

  /** The lines between the marks "tour" and "end of tour" in a test's own source. */
  public static List<String> compiled(Class<?> test) throws IOException {
    List<String> lines =
        Files.readAllLines(
            SOURCES.resolve("test/java/" + test.getName().replace('.', '/') + ".java"));
    int start = indexOf(lines, "// tour", 0);
    return lines.subList(start + 1, indexOf(lines, "// end of tour", start)).stream()
        .map(String::strip)
        .toList();
  }

  private static int indexOf(List<String> lines, String mark, int from) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(mark.strip())) {
        return i;
      }
    }
    throw new AssertionError("no line is '" + mark + "'");
  }
}

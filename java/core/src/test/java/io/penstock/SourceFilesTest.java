package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A source file has one idea, and can be read in one sitting. Whoever reaches the limit splits the
 * file by idea.
 */
class SourceFilesTest {
  private static final int MOST_LINES = 400;

  /** The whole C API in one place, so that one file says what can be called. */
  private static final Set<String> EXCEPTIONS = Set.of("penstock.h");

  /** Directories of what programs write. */
  private static final Set<String> GENERATED = Set.of("target", "generated");

  @Test
  void noSourceFileHasMoreThan400Lines() throws IOException {
    List<String> tooLong = new ArrayList<>();
    int java = 0;
    int c = 0;
    for (Path file : sources()) {
      String name = file.getFileName().toString();
      java += name.endsWith(".java") ? 1 : 0;
      c += name.endsWith(".java") ? 0 : 1;
      long lines = lines(file);
      if (lines > MOST_LINES && !EXCEPTIONS.contains(name)) {
        tooLong.add("%s: %d lines".formatted(file.normalize(), lines));
      }
    }
    assertThat(tooLong).isEmpty();
    assertThat(java).isGreaterThan(700);
    assertThat(c).isGreaterThan(70);
  }

  private static long lines(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  /** All files of Java and C in the repository that people write. */
  private static List<Path> sources() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String directory : List.of("java", "bench", "native")) {
      Files.walkFileTree(
          Path.of("..", "..", directory),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
              String name = at.getFileName().toString();
              return GENERATED.contains(name) || name.startsWith(".")
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String name = file.getFileName().toString();
              if (name.endsWith(".java") || name.endsWith(".c") || name.endsWith(".h")) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return files;
  }
}

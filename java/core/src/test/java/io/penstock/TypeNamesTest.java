package io.penstock;

import static java.util.stream.Collectors.groupingBy;
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
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A type's name says which type is meant, anywhere in the project: in a stack trace, in a search,
 * in a sentence.
 *
 * <p>Types of files have names of their own, those of tests included. So have the types that are
 * nested in main code. What a test nests is its own business.
 */
class TypeNamesTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /**
   * Names that always stand behind that of their owner: conventions of Java, and the project's
   * words for columns of records of one size and of different sizes. And the class that starts a
   * program.
   */
  private static final Set<String> SHARED = Set.of("Builder", "Kind", "Fixed", "Variable", "Main");

  /** What is built by others, or a project of its own. */
  private static final Set<String> SKIPPED = Set.of("target", "generated", ".git", "consumer");

  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*");
  private static final Pattern TEXT =
      Pattern.compile("(?s)\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"");
  private static final Pattern TYPE =
      Pattern.compile("\\b(?:class|interface|enum|record)\\s+([A-Z]\\w*)");

  /** A type, where it is declared. */
  private record Declared(String name, Path file) {
    boolean isNested() {
      return !file.getFileName().toString().equals(name + ".java");
    }

    boolean isOfTest() {
      return !file.toString().contains("/src/main/");
    }
  }

  private static final List<Declared> TYPES = new ArrayList<>();

  @BeforeAll
  static void find() throws IOException {
    TYPES.clear();
    for (String module : List.of("java", "bench")) {
      Files.walkFileTree(
          ROOT.resolve(module),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return SKIPPED.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (file.toString().endsWith(".java")) {
                TYPES.addAll(declared(Files.readString(file), ROOT.relativize(file)));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    assertThat(TYPES).hasSizeGreaterThan(900);
  }

  @Test
  void noNameIsUsedTwice() {
    assertThat(
            TYPES.stream()
                .filter(type -> !type.isNested() || !type.isOfTest())
                .filter(type -> !SHARED.contains(type.name()))
                .collect(groupingBy(Declared::name))
                .values())
        .as("Types of one name: rename all but one. Types that tests nest do not count here.")
        .filteredOn(types -> types.size() > 1 && !isOfTestBesideNested(types))
        .isEmpty();
  }

  /** A helper of tests that has the name of a type nested in main code: users see but one. */
  private static boolean isOfTestBesideNested(List<Declared> types) {
    return types.size() == 2
        && types.stream().anyMatch(type -> type.isOfTest() && !type.isNested())
        && types.stream().anyMatch(type -> !type.isOfTest() && type.isNested());
  }

  @Test
  void declarationsAreFoundWhereTheyAre() {
    String source =
        """
        /** A class Comment, and more. */
        public final class Outer {
          String text = "a record Text(int i)"; // enum Remark
          enum Inner { A }
          private record Pair<T>(T a, T b) {}
          @interface Marked {}
        }
        """;
    assertThat(declared(source, Path.of("src/main/Outer.java")))
        .extracting(Declared::name)
        .containsExactly("Outer", "Inner", "Pair", "Marked");
    assertThat(TYPES)
        .extracting(Declared::name)
        .contains("Loader", "TypeNamesTest", "Registration", "ConvertCommand", "ColdRun");
  }

  private static List<Declared> declared(String source, Path file) {
    String code = COMMENT.matcher(TEXT.matcher(source).replaceAll("")).replaceAll("");
    return TYPE.matcher(code).results().map(found -> new Declared(found.group(1), file)).toList();
  }
}

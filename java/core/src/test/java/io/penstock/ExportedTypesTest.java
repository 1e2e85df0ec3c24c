package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The API is a committed list: every public type of every package that the module exports. So a new
 * one is a decision, and does not slip in because some package needed it to be public.
 */
class ExportedTypesTest {
  private static final Path MODULE = Path.of("src", "main", "java", "module-info.java");
  private static final Path LIST =
      Path.of("src", "test", "resources", "io", "penstock", "exported-types.txt");
  private static final Pattern EXPORTS = Pattern.compile("(?m)^ *exports ([a-z.]+);");

  @Test
  void whatIsExportedIsInTheList() throws Exception {
    assertThat(exportedTypes())
        .as(
            "A public type of an exported package is a promise to users. If they do not need it,"
                + " make it package-private, or move it to an internal package. If they do, add its"
                + " name to %s; its Javadoc must say what is null, which threads may call it, and"
                + " who closes it. A name that is only in the list was removed or renamed, which"
                + " breaks users: take it out of the list if that is meant.",
            LIST)
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(LIST));
  }

  @Test
  void theListIsSorted() throws IOException {
    assertThat(Files.readAllLines(LIST)).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(60);
  }

  private static List<String> exportedTypes() throws Exception {
    Set<String> exported =
        EXPORTS
            .matcher(Files.readString(MODULE))
            .results()
            .map((MatchResult match) -> match.group(1))
            .collect(Collectors.toSet());
    assertThat(exported).contains("io.penstock", "io.penstock.spi");
    Path built = Path.of(Loader.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(built)) {
      return files
          .map(file -> built.relativize(file).toString().replace('/', '.'))
          .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
          .map(name -> load(name.substring(0, name.length() - ".class".length())))
          .filter(type -> exported.contains(type.getPackageName()) && isPublic(type))
          .map(Class::getCanonicalName)
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Loader.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether code of other packages can name it: a nested type needs an owner that it can name. */
  private static boolean isPublic(Class<?> type) {
    boolean isVisible =
        Modifier.isPublic(type.getModifiers()) || Modifier.isProtected(type.getModifiers());
    Class<?> owner = type.getEnclosingClass();
    return isVisible && (owner == null || isPublic(owner));
  }
}

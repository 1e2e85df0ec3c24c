package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The project's pages: links lead to files and headings that exist, and lists are complete. */
class LinksTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void eachLinkLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    int links = 0;
    for (Path page : pages()) {
      for (String link : found(LINK, prose(page))) {
        if (!link.startsWith("http:") && !link.startsWith("https:")) {
          links++;
          if (!exists(page, link)) {
            dead.add(ROOT.relativize(page) + ": " + link);
          }
        }
      }
    }
    assertThat(dead).isEmpty();
    assertThat(links).isGreaterThan(40);
  }

  @Test
  void eachPageOfTheGuideIsInItsIndex() throws IOException {
    String index = Files.readString(ROOT.resolve("java/docs/README.md"));
    assertThat(guide().map(page -> page.getFileName().toString()))
        .filteredOn(name -> !name.equals("README.md"))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(index).contains("](" + name + ")"));
  }

  /** Whoever adds a package says in java/README.md what it holds. */
  @Test
  void eachPackageOfCoreIsInTheTableOfPackages() throws IOException {
    String page = Files.readString(ROOT.resolve("java/README.md"));
    String table = page.substring(page.indexOf("| package |"), page.indexOf("## To add"));
    List<String> packages = packages();
    assertThat(packages).contains("io.penstock", "internal.plan");
    List<String> named =
        found(Pattern.compile("(?m)^\\| (`[^|]*) \\|"), table).stream()
            .flatMap(cell -> found(Pattern.compile("`([^`]+)`"), cell).stream())
            .toList();
    assertThat(named).containsExactlyInAnyOrderElementsOf(packages);
  }

  private static List<String> packages() throws IOException {
    Path sources = ROOT.resolve("java/core/src/main/java/io/penstock");
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(file -> sources.relativize(file.getParent()).toString().replace('/', '.'))
          .map(name -> name.isEmpty() ? "io.penstock" : name)
          .distinct()
          .sorted()
          .toList();
    }
  }

  private static List<Path> pages() throws IOException {
    return Stream.concat(
            Stream.of("README.md", "java/README.md", "native/README.md", "bench/README.md")
                .map(ROOT::resolve),
            guide())
        .toList();
  }

  private static Stream<Path> guide() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("java/docs"))) {
      return files.sorted().toList().stream();
    }
  }

  private static boolean exists(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || found(HEADING, prose(target)).stream().anyMatch(h -> anchor(h).equals(parts[1]));
  }

  /** The name that a heading has in links. */
  private static String anchor(String heading) {
    return heading
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }

  /** What is no code: fenced code may have brackets and number signs. */
  private static String prose(Path page) throws IOException {
    return FENCE.matcher(Files.readString(page)).replaceAll("");
  }

  private static List<String> found(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    pattern.matcher(text).results().map((MatchResult r) -> r.group(1)).forEach(found::add);
    return found;
  }
}

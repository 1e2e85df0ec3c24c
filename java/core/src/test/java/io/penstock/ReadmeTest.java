package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is true: its example compiles, and its table knows every flag. */
class ReadmeTest {
  private static final Path README = Path.of("..", "..", "README.md");

  @TempDir Path directory;

  @Test
  void exampleCompiles() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    List<String> files = new ArrayList<>();
    while (block.find()) {
      Matcher name = Pattern.compile("public class (\\w+)").matcher(block.group(1));
      assertThat(name.find()).as("an example is a whole class: " + block.group(1)).isTrue();
      Path file = directory.resolve(name.group(1) + ".java");
      Files.writeString(file, block.group(1));
      files.add(file.toString());
    }
    assertThat(files).isNotEmpty();
    List<String> arguments =
        new ArrayList<>(List.of("-Xlint:all", "-Werror", "-proc:none", "--release", "22", "-cp"));
    arguments.add(Path.of("target", "classes").toString());
    arguments.addAll(List.of("-d", directory.toString()));
    arguments.addAll(files);
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(status).as("status of javac").isZero();
  }

  @Test
  void tableHasEachReadaheadFlag() throws IOException {
    String readme = Files.readString(README);
    Stream.of(Readahead.DEFAULT.toString().split(","))
        .map(flag -> flag.substring(0, flag.indexOf('=')))
        .forEach(name -> assertThat(readme).contains("| `" + name + "` |"));
  }
}

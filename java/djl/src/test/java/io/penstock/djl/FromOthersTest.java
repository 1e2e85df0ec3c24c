package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All code of Penstock in docs/from-others.md compiles, blocks and the right columns of tables, and
 * that of DJL in docs/trainers.md.
 */
class FromOthersTest {
  private static final Path PAGE = Path.of("..", "docs", "from-others.md");
  private static final Path TRAINERS = Path.of("..", "docs", "trainers.md");
  private static final String BLOCK = "(?<=\n)```\n((?:try|PenstockDataset).*?)```";

  /** What the page's code is about. */
  private static final String FRAME =
      """
      import static io.penstock.transform.Layout.*;
      import static io.penstock.transform.Transforms.*;

      import ai.djl.training.EasyTrain;
      import ai.djl.training.Trainer;
      import io.penstock.*;
      import io.penstock.array.*;
      import io.penstock.djl.*;
      import io.penstock.format.*;
      import io.penstock.job.*;
      import io.penstock.options.*;
      import io.penstock.sampler.*;
      import io.penstock.transform.*;
      import io.penstock.write.NpyWriter;
      import java.lang.foreign.MemorySegment;
      import java.nio.file.Path;
      import java.time.Duration;

      abstract class Page {
        Dataset dataset; Loader loader; Batch batch; Trainer trainer; Path path; ElementType type;
        long[] shape; double[] weights, m, s; long i, n, epoch; int rank, worldSize;
        RecordTransform f; PenstockDataset validation;
        abstract void step(MemorySegment x, MemorySegment y, int size);
        abstract void use(Object... found);
      """;

  @TempDir Path directory;

  @Test
  void codeCompiles() throws IOException {
    String page = Files.readString(PAGE);
    List<String> bodies = new ArrayList<>();
    bodies.addAll(found(BLOCK, page));
    bodies.addAll(found(BLOCK, Files.readString(TRAINERS)));
    assertThat(bodies).hasSize(3);
    for (String row : found("(?m)^\\| [^\n]* \\| ([^\n]*) \\|$", page)) {
      for (String code : found("`([^`]*)`", row)) {
        if (code.startsWith(".")) {
          bodies.add("use(dataset.loader()" + code + ".build());");
        } else if (code.endsWith(";")) {
          bodies.add(code.replaceAll("(^|; )(dataset[^;]*)", "$1use($2)"));
        } else if (code.contains("(")) {
          boolean isVoid = code.startsWith("StateFile.write") || code.startsWith("loader.progress");
          bodies.add(isVoid ? code + ";" : "use(" + code + ");");
        }
      }
    }
    assertThat(bodies).hasSizeGreaterThan(20);
    StringBuilder source = new StringBuilder(FRAME);
    for (int i = 0; i < bodies.size(); i++) {
      String body = bodies.get(i);
      source.append("void code%d() throws Exception {%n%s%n}%n".formatted(i, body));
    }
    Path file = Files.writeString(directory.resolve("Page.java"), source.append("}\n"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                directory.toString(),
                file.toString());
    assertThat(status).as("status of javac for%n%s", source).isZero();
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.DOTALL)
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }
}

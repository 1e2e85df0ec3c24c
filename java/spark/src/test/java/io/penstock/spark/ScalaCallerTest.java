package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.write.NpyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.Console;
import scala.tools.nsc.Main;

/** The program in Scala that the guide shows. */
@Timeout(300)
class ScalaCallerTest {
  private static final Path GUIDE = Path.of("..", "docs", "spark.md");
  private static final Pattern PROGRAM = Pattern.compile("(?s)```scala\n(.*?)```");
  private static final int RECORDS = 1003;

  private static SparkSession spark;
  @TempDir Path directory;

  @BeforeAll
  static void start() {
    spark = SparkTestSession.local(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Compiles it to where the classes of the tests are: there executors find it. */
  private void compile() throws Exception {
    Matcher program = PROGRAM.matcher(Files.readString(GUIDE));
    assertThat(program.find()).isTrue();
    Path source = Files.writeString(directory.resolve("Program.scala"), program.group(1));
    Path classes =
        Path.of(ScalaCallerTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Main.process(
        new String[] {
          "-classpath",
          System.getProperty("java.class.path"),
          "-d",
          classes.toString(),
          source.toString()
        });
    assertThat(Main.reporter().hasErrors()).isFalse();
  }

  /** Records of some bytes, or numbers. */
  private String write(String name, int... shape) {
    Path file = directory.resolve(name);
    byte[] record = new byte[shape.length == 0 ? 1 : shape[0]];
    long[] sizes = Arrays.stream(shape).asLongStream().toArray();
    try (NpyWriter writer = NpyWriter.builder(file, ElementType.UINT8, sizes).open()) {
      for (int i = 0; i < RECORDS; i++) {
        record[0] = (byte) (i % 3);
        writer.append(MemorySegment.ofArray(record));
      }
      writer.commit();
    }
    return file.toString();
  }

  @Test
  void theProgramOfTheGuideRuns() throws Exception {
    compile();
    String[] arguments = {
      write("images.npy", 20),
      write("labels.npy"),
      directory.resolve("shuffled").toString(),
      directory.resolve("job.state").toString()
    };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    var program = Class.forName("PrepareAndTrain").getMethod("main", String[].class);
    try (PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      Console.withOut(
          printed,
          () -> {
            try {
              return program.invoke(null, (Object) arguments);
            } catch (ReflectiveOperationException e) {
              throw new LinkageError(e.getMessage(), e);
            }
          });
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("1003 records in 4 shards")
        .contains("1003 records by two ranks");
    assertExpected(arguments[2]);
  }

  private void assertExpected(String shuffled) throws IOException {
    Path expected = directory.resolve("expected");
    ShardTestData.command(
        "shuffle",
        "--shards=4",
        "--seed=7",
        directory.resolve("images.npy").toString(),
        directory.resolve("labels.npy").toString(),
        expected.toString());
    assertThat(ShardTestData.digests(Path.of(shuffled))).isEqualTo(ShardTestData.digests(expected));
  }
}

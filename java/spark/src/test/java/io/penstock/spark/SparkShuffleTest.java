package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Dataset;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.write.DatasetShuffle;
import io.penstock.write.NpyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards by Spark are those of one machine, or there are none. */
@Timeout(120)
class SparkShuffleTest {
  private static final int RECORDS = 5003;

  @TempDir static Path sources;
  private static ShardTestData data;
  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    if (!Files.exists(sources.resolve("images.npy"))) {
      data = ShardTestData.make(sources, RECORDS);
    }
    spark = SparkTestSession.local(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private Path out() {
    return directory.resolve("out");
  }

  /** Buckets of 64 KiB, so that each shard has several. */
  private static ShardOptions options(int shards, int parts) {
    return ShardOptions.DEFAULT.shards(shards).seed(7).parts(parts).bucketBytes(64 << 10);
  }

  /** The last ones are so many parts and buckets that Spark sorts blocks within a shard. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "2, 2", "7, 1", "7, 7", "3, 20", "7, 120"})
  void shardsAreThoseOfTheCommandLine(int shards, int parts) throws IOException {
    ShardReport report = PenstockSpark.shuffle(spark, data.source(), out(), options(shards, parts));
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expected(shards, 7));
    assertThat(report.records()).isEqualTo(RECORDS);
    assertThat(report.shards()).isEqualTo(shards);
    assertThat(report.shuffleBytesWritten()).isGreaterThan(report.bytes());
    assertThat(report.shuffleBytesRead()).isEqualTo(report.shuffleBytesWritten());
    ShardTestData.assertNothingLeft(directory);
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "7, 3"})
  void checksumsAreThoseOfTheCommandLine(int shards, int parts) throws IOException {
    ShardOptions options = options(shards, parts).checksums(true);
    PenstockSpark.shuffle(spark, data.source(), out(), options);
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expectedWithChecksums(shards, 7));
    ShardTestData.assertNothingLeft(directory);
    ShardTestData.command("verify", out().resolve("images.penstock.json").toString());
    // They belong to what a shuffle has made, so it is replaced with them.
    PenstockSpark.shuffle(spark, data.source(), out(), options(2, 2).replace(true));
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expected(2, 7));
  }

  @Test
  void tasksThatAreKilledInTheMiddleChangeNothing() throws IOException {
    AtomicInteger started = new AtomicInteger();
    SparkListener killer =
        new SparkListener() {
          @Override
          public void onTaskStart(SparkListenerTaskStart event) {
            int number = started.incrementAndGet();
            if (number % 3 == 1 && number < 30) {
              spark.sparkContext().killTaskAttempt(event.taskInfo().taskId(), true, "a test");
            }
          }
        };
    spark.sparkContext().addSparkListener(killer);
    try {
      ShardReport report = PenstockSpark.shuffle(spark, data.source(), out(), options(7, 7));
      assertThat(report.failedTasks()).isPositive();
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expected(7, 7));
    ShardTestData.assertNothingLeft(directory);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "5, 5"})
  void fewRecordsAreEnough(int records, int shards) throws IOException {
    Path few = directory.resolve("few.npy");
    try (NpyWriter writer = NpyWriter.builder(few, ElementType.FLOAT32, 3).open()) {
      writer.append(MemorySegment.ofArray(new float[3 * records]));
      writer.commit();
    }
    PenstockSpark.shuffle(spark, SparkSource.of(few.toString()), out(), options(shards, 3));
    Path expected = directory.resolve("expected");
    try (Dataset dataset = Dataset.open(few)) {
      new DatasetShuffle(dataset, expected).shards(shards).seed(7).run();
    }
    assertThat(ShardTestData.digests(out())).isEqualTo(ShardTestData.digests(expected));
  }

  @Test
  void largeRecordsAreMoreThanABlock() throws IOException {
    Path large = directory.resolve("large.npy");
    float[] values = new float[50_000 * 9];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    try (NpyWriter writer = NpyWriter.builder(large, ElementType.FLOAT32, 50_000).open()) {
      writer.append(MemorySegment.ofArray(values));
      writer.commit();
    }
    PenstockSpark.shuffle(spark, SparkSource.of(large.toString()), out(), options(2, 2));
    Path expected = directory.resolve("expected");
    try (Dataset dataset = Dataset.open(large)) {
      new DatasetShuffle(dataset, expected).shards(2).seed(7).run();
    }
    assertThat(ShardTestData.digests(out())).isEqualTo(ShardTestData.digests(expected));
  }

  @Test
  void anExistingDirectoryIsRefusedOrReplaced() throws IOException {
    PenstockSpark.shuffle(spark, data.source(), out(), options(2, 2));
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> PenstockSpark.shuffle(spark, data.source(), out(), options(3, 2)))
        .withMessageContaining(out().toString())
        .withMessageContaining("which was left as it is");
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expected(2, 7));
    PenstockSpark.shuffle(spark, data.source(), out(), options(3, 2).replace(true));
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expected(3, 7));
  }

  @Test
  void dataThatIsChangedBetweenStagesIsOneMessage() throws IOException {
    Path changing = directory.resolve("changing");
    Files.createDirectory(changing);
    ShardTestData copy = ShardTestData.make(changing, 500);
    List<String> lines = new CopyOnWriteArrayList<>();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                PenstockSpark.shuffle(
                    spark,
                    copy.source(),
                    out(),
                    options(2, 40),
                    line -> {
                      lines.add(line);
                      touch(copy.images());
                    }))
        .withMessageContaining("images.npy")
        .withMessageContaining("chang")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(lines).isNotEmpty();
    assertThat(out()).doesNotExist();
    ShardTestData.assertNothingLeft(directory);
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anExecutorThatDoesNotSeeTheDataIsOneMessage() throws IOException {
    Path vanishing = directory.resolve("vanishing");
    Files.createDirectory(vanishing);
    ShardTestData copy = ShardTestData.make(vanishing, 500);
    List<String> lines = new CopyOnWriteArrayList<>();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                PenstockSpark.shuffle(
                    spark,
                    copy.source(),
                    out(),
                    options(2, 40),
                    line -> {
                      lines.add(line);
                      delete(copy.images());
                    }))
        .withMessageMatching(
            ".*images.npy: expected a file, found none: check the path \\(on executor driver"
                + " \\([^()]*\\): the data must lie on storage that all machines have under this"
                + " path\\)");
    assertThat(lines)
        .anyMatch(line -> line.matches("a task failed: .*images.npy: expected a file.*"));
    assertThat(lines).allMatch(line -> line.lines().count() == 1 && line.length() < 500);
    assertThat(out()).doesNotExist();
  }

  @Test
  void anExecutorThatDoesNotSeeTheDirectoryIsOneMessage() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                PenstockSpark.shuffle(
                    spark, data.source(), out(), options(2, 40), _ -> deleteMark()))
        .withMessageContaining("expected to see the directory that the driver made, found none, on")
        .withMessageContaining("on executor driver")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(out()).doesNotExist();
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deleteMark() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.endsWith(ShardJob.MARK)).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void moreShardsThanRecordsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PenstockSpark.shuffle(spark, data.source(), out(), options(RECORDS + 1, 2)))
        .withMessageContaining("shards must be at most 5003");
  }

  @Test
  void aMissingFileIsOneMessage() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                PenstockSpark.shuffle(
                    spark, SparkSource.of("/nowhere/x.npy"), out(), options(2, 2)))
        .withMessageContaining("/nowhere/x.npy");
  }

  @Test
  void theCommandMakesTheSameShards() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        SparkShuffle.run(
            new String[] {
              "--shards=2",
              "--seed",
              "7",
              "--json",
              "--offsets",
              "texts=" + sources.resolve("texts.offsets.npy"),
              data.images().toString(),
              sources.resolve("texts.npy").toString(),
              out().toString()
            },
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    start(); // The command has closed the session.
    assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(ShardTestData.digests(out())).isEqualTo(data.expected(2, 7));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("{\"records\": 5003")
        .contains("\"shuffleBytesWritten\": ");
  }

  @ParameterizedTest
  @CsvSource({
    "--shards=x a b, --shards must be a number",
    "a, expected PATH... DIR",
    "--odd=1 a b, --odd"
  })
  void wrongUsageHasStatusTwo(String words, String message) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    assertThat(SparkShuffle.run(words.split(" ", -1), stream, stream)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message).hasLineCount(1);
  }
}

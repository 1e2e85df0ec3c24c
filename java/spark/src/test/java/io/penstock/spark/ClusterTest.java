package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.job.StateFile;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executors that are processes of their own, and die. */
@Timeout(240)
class ClusterTest {
  private static final int RECORDS = 20_011;

  private static SparkSession spark;
  @TempDir static Path sources;
  private static ShardTestData data;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    data = ShardTestData.make(sources, RECORDS);
    spark = SparkTestSession.cluster();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void anExecutorThatDiesChangesNoShard() throws IOException {
    Path out = directory.resolve("out");
    ProcessHandle executor = SparkTestSession.executors(spark).getFirst();
    assertThat(executor).isNotEqualTo(ProcessHandle.current());
    AtomicBoolean isKilled = new AtomicBoolean();
    ShardOptions options = ShardOptions.DEFAULT.shards(7).seed(7).parts(20).bucketBytes(256 << 10);
    PenstockSpark.shuffle(
        spark,
        data.source(),
        out,
        options,
        line -> {
          if (line.contains("parts written") && executor.isAlive()) {
            // As a machine that fails. Its blocks of the first stage are gone with it.
            isKilled.set(executor.destroyForcibly());
          }
        });
    assertThat(isKilled).isTrue();
    assertThat(executor.isAlive()).isFalse();
    assertThat(ShardTestData.digests(out)).isEqualTo(data.expected(7, 7));
    ShardTestData.assertNothingLeft(directory);
  }

  /** What a rank returns: which process it was, and what was delivered. */
  record Ran(long pid, List<String> records) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aRankThatDiesCostsNoRecordAndRepeatsNone() throws IOException {
    Path state = directory.resolve("job.state");
    String mark = directory.resolve("killed").toString();
    TrainOptions options =
        TrainOptions.of(state)
            .ranks(2)
            .batchSize(100)
            .epochs(1)
            .saveEvery(10)
            .loader(loader -> loader.memoryBytes(16 << 20));
    List<Ran> ran =
        PenstockSpark.train(
            spark,
            SparkSource.of(data.images().toString()),
            options,
            context -> run(context, mark));
    assertThat(ran.stream().map(Ran::pid).distinct())
        .hasSize(2)
        .doesNotContain(ProcessHandle.current().pid());
    assertThat(Path.of(mark)).exists();
    List<String> all = new ArrayList<>();
    ran.forEach(rank -> all.addAll(rank.records()));
    Set<String> once = new TreeSet<>(all);
    assertThat(all).hasSize(RECORDS);
    assertThat(once).hasSize(RECORDS);
    assertThat(StateFile.read(state).epoch()).isEqualTo(1);
  }

  /**
   * The model is the list of all records that were delivered to any rank: it is saved with the
   * state, and given back with it.
   */
  private static Ran run(RankContext context, String mark) throws IOException {
    StringBuilder all = new StringBuilder();
    context.saved().ifPresent(bytes -> all.append(new String(bytes, StandardCharsets.US_ASCII)));
    context.saveWith(() -> all.toString().getBytes(StandardCharsets.US_ASCII));
    int steps = 0;
    for (RankStep step : context.steps()) {
      StringBuilder own = new StringBuilder();
      step.batch()
          .ifPresent(
              batch -> {
                for (int i = 0; i < batch.size(); i++) {
                  own.append(batch.index(i)).append(' ');
                }
              });
      for (byte[] of : context.gather(own.toString().getBytes(StandardCharsets.US_ASCII))) {
        all.append(new String(of, StandardCharsets.US_ASCII));
      }
      if (++steps == 37 && context.rank() == 1 && !Files.exists(Path.of(mark))) {
        Files.createFile(Path.of(mark));
        Runtime.getRuntime().halt(137);
      }
    }
    List<String> records =
        context.rank() == 0 ? List.of(all.toString().strip().split(" ", -1)) : List.of();
    return new Ran(ProcessHandle.current().pid(), new ArrayList<>(records));
  }
}

package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that run twice at the same time, on two executors. */
@Timeout(240)
class SpeculationTest {
  private static final int RECORDS = 2003;

  @TempDir static Path sources;
  @TempDir static Path workers;
  private static TwoHosts cluster;
  private static SparkSession spark;
  private static ShardTestData data;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    data = ShardTestData.make(sources, RECORDS);
    cluster = new TwoHosts(workers);
    spark =
        SparkTestSession.processes(cluster.url())
            .config("spark.plugins", SlowTaskPlugin.class.getName())
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
    cluster.close();
  }

  @Test
  void aTaskOfEachStageThatRunsTwiceChangesNothing() throws IOException {
    Path attempts = Files.createDirectory(directory.resolve("attempts"));
    Path out = directory.resolve("out");
    Map<Integer, Integer> speculative = new ConcurrentHashMap<>();
    Queue<String> hosts = new ConcurrentLinkedQueue<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onTaskStart(SparkListenerTaskStart event) {
            if (event.taskInfo().index() == 0) {
              hosts.add(event.stageId() + " " + event.taskInfo().host());
            }
            if (event.taskInfo().speculative()) {
              speculative.merge(event.stageId(), 1, Integer::sum);
            }
          }
        };
    spark.sparkContext().addSparkListener(listener);
    spark.sparkContext().setLocalProperty(SlowTaskPlugin.FOLDER, attempts.toString());
    try {
      ShardOptions options = ShardOptions.DEFAULT.shards(4).seed(7).parts(6).checksums(true);
      PenstockSpark.shuffle(spark, data.source(), out, options.bucketBytes(64 << 10));
    } finally {
      spark.sparkContext().setLocalProperty(SlowTaskPlugin.FOLDER, null);
      spark.sparkContext().removeSparkListener(listener);
    }
    // Of reading and of writing: two attempts ran at the same time, or the first would still wait.
    assertThat(speculative).hasSize(2);
    for (int stage : speculative.keySet()) {
      assertThat(SlowTaskPlugin.attempts(attempts, "stage-%d-".formatted(stage)))
          .isGreaterThanOrEqualTo(2);
      assertThat(hosts).contains(stage + " 127.0.0.2", stage + " 127.0.0.3");
    }
    assertThat(ShardTestData.digests(out)).isEqualTo(data.expectedWithChecksums(4, 7));
    ShardTestData.assertNothingLeft(directory);
  }
}

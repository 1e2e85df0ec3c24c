package io.penstock.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Sessions of the tests: threads of this JVM, or a cluster of processes on this machine. */
final class SparkTestSession {
  private SparkTestSession() {}

  private static SparkSession.Builder builder(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("penstock-spark tests")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.log.level", "ERROR")
        .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s")
        .config("spark.sql.warehouse.dir", "target/warehouse")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1");
  }

  /** So many threads; a task may fail three times. */
  static SparkSession local(int threads) {
    return builder("local[%d,4]".formatted(threads))
        .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "1s")
        .getOrCreate();
  }

  /**
   * Two executors of one core, which are processes of their own, and more when some of them die.
   */
  static SparkSession cluster() {
    return processes("local-cluster[2,1,1024]").getOrCreate();
  }

  /**
   * Executors that are processes of their own. Slow tasks are run a second time, where there are
   * several hosts.
   */
  static SparkSession.Builder processes(String master) {
    Path home = Path.of(System.getenv().getOrDefault("SPARK_HOME", "target/spark-home"));
    try {
      // Spark looks for an installation, but takes all classes from the class path.
      Files.createDirectories(home.resolve("jars"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return builder(master)
        .config("spark.executor.extraClassPath", classPath())
        .config(
            "spark.executor.extraJavaOptions", "--enable-native-access=ALL-UNNAMED -Xshare:auto")
        .config("spark.executor.memory", "512m")
        .config("spark.speculation", "true")
        .config("spark.speculation.interval", "50ms")
        .config("spark.speculation.multiplier", "1.01")
        .config("spark.speculation.quantile", "0.2")
        .config("spark.speculation.minTaskRuntime", "1ms");
  }

  /** Absolute: executors run in folders of their own. */
  private static String classPath() {
    StringBuilder all = new StringBuilder();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      all.append(all.isEmpty() ? "" : File.pathSeparator).append(Path.of(entry).toAbsolutePath());
    }
    return all.toString();
  }

  /** The processes of the executors of a cluster. */
  static List<ProcessHandle> executors(SparkSession spark) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Integer> tasks = Collections.nCopies(8, 0);
    List<Long> pids =
        context.parallelize(tasks, tasks.size()).map(_ -> ProcessHandle.current().pid()).collect();
    return pids.stream().distinct().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();
  }
}

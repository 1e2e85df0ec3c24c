package io.penstock.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Makes the first task of each stage slow: it begins when its second attempt has begun, on another
 * executor. Only jobs of which the driver names a folder are concerned; each attempt leaves a file
 * there.
 */
public final class SlowTaskPlugin implements SparkPlugin {
  /** The property of a job that names the folder. */
  static final String FOLDER = "io.penstock.test.attempts";

  private static final long MOST_WAIT_SECONDS = 100;
  private static final long PAUSE_MILLIS = 20;

  /** For Spark. */
  public SlowTaskPlugin() {}

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Waiting();
  }

  /** Of an executor. */
  private static final class Waiting implements ExecutorPlugin {
    @Override
    public void init(PluginContext context, Map<String, String> extra) {}

    @Override
    public void onTaskStart() {
      TaskContext context = TaskContext.get();
      String folder = context.getLocalProperty(FOLDER);
      if (folder == null || context.partitionId() != 0) {
        return;
      }
      String stage = "stage-%d-".formatted(context.stageId());
      try {
        Files.createFile(Path.of(folder, stage + context.taskAttemptId()));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_WAIT_SECONDS);
        while (attempts(Path.of(folder), stage) < 2 && System.nanoTime() < end) {
          Thread.sleep(PAUSE_MILLIS);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How many attempts there were of the first task of a stage. */
  static long attempts(Path folder, String stage) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(stage)).count();
    }
  }
}

package io.penstock.spark;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.jspecify.annotations.Nullable;

/**
 * Follows a job: tells how far it is, and adds up what its tasks sent through Spark's shuffle and
 * spilled. Tasks that were repeated count each time, as they cost each time.
 *
 * <p>Spark calls it from a thread of its own. It knows its job by a property of the driver's
 * thread.
 */
final class JobWatch extends SparkListener implements AutoCloseable {
  private static final String PROPERTY = "io.penstock.job";

  /** Events come later than results; without the last ones the report would be too small. */
  private static final long MOST_WAIT_SECONDS = 10;

  private final JavaSparkContext context;
  private final String token;
  private final Consumer<String> progress;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Set<Integer> stages = new HashSet<>();
  private int job = -1;
  private long written;
  private long read;
  private long spilled;
  private long failedTasks;
  private int tasks;
  private int done;
  private @Nullable String stage;

  private JobWatch(JavaSparkContext context, String token, Consumer<String> progress) {
    this.context = context;
    this.token = token;
    this.progress = progress;
  }

  /** Watches the next job of this thread. */
  static JobWatch start(JavaSparkContext context, String token, Consumer<String> progress) {
    JobWatch watch = new JobWatch(context, token, progress);
    context.setLocalProperty(PROPERTY, token);
    context.sc().addSparkListener(watch);
    return watch;
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart event) {
    if (event.properties() != null && token.equals(event.properties().getProperty(PROPERTY))) {
      job = event.jobId();
      event.stageIds().foreach(id -> stages.add((Integer) id));
    }
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted event) {
    if (stages.contains(event.stageInfo().stageId())) {
      tasks = event.stageInfo().numTasks();
      done = 0;
      stage = event.stageInfo().shuffleDepId().isDefined() ? "read" : "written";
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
    if (!stages.contains(event.stageId())) {
      return;
    }
    if (event.taskInfo().successful()) {
      done++;
      progress.accept("%d of %d parts %s".formatted(done, tasks, stage));
    } else {
      failedTasks++;
      progress.accept("a task failed: " + SparkFailures.line(event.reason()));
    }
    TaskMetrics metrics = event.taskMetrics();
    if (metrics != null) {
      written += metrics.shuffleWriteMetrics().bytesWritten();
      read += metrics.shuffleReadMetrics().totalBytesRead();
      spilled += metrics.diskBytesSpilled();
    }
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd event) {
    if (event.jobId() == job) {
      ended.countDown();
    }
  }

  /** Waits for what is still on its way, and sums up. */
  ShardReport end(long records, long bytes, int shards, long nanos) throws InterruptedException {
    boolean isWhole = ended.await(MOST_WAIT_SECONDS, TimeUnit.SECONDS);
    synchronized (this) {
      return new ShardReport(
          records,
          bytes,
          shards,
          nanos,
          isWhole ? written : -1,
          isWhole ? read : -1,
          isWhole ? spilled : -1,
          failedTasks);
    }
  }

  @Override
  public void close() {
    context.setLocalProperty(PROPERTY, null);
    context.sc().removeSparkListener(this);
  }
}

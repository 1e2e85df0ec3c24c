package io.penstock.spark;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** The driver's side of training: begins the state, starts the ranks, and starts them again. */
final class RankRun {
  private static final Logger LOG = LoggerFactory.getLogger(PenstockSpark.class);

  private static final long POLL_MILLIS = 100;

  private RankRun() {}

  static <T> List<T> run(
      SparkSession spark, SparkSource source, TrainOptions options, RankFunction<T> function) {
    JobState state = new JobState(options.state());
    SourceLook look;
    try (Dataset dataset = source.open()) {
      look = SourceLook.of(source, dataset);
      begin(state, dataset, options);
    }
    RankTask<T> task = new RankTask<>(look, options, state, function);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    for (int restart = 0; ; restart++) {
      int ranks = options.ranksOf(slots(context));
      awaitSlots(context, ranks);
      try {
        return start(context, task, ranks);
      } catch (Exception e) {
        RuntimeException told = SparkFailures.told(e);
        if (restart == options.restarts()) {
          throw told;
        }
        LOG.warn(
            "the job failed, and starts again from {} ({} of {}): {}",
            options.state(),
            restart + 1,
            options.restarts(),
            told.getMessage());
      }
    }
  }

  private static void begin(JobState state, Dataset dataset, TrainOptions options) {
    try (Loader loader = options.configure(dataset.loader()).build()) {
      if (state.exists()) {
        dataset.checkState(state.read().state(), loader.sampler());
      } else {
        state.begin(loader.state());
      }
    }
  }

  private static <T> List<T> start(JavaSparkContext context, RankTask<T> task, int ranks) {
    List<Integer> numbers = IntStream.range(0, ranks).boxed().toList();
    RDD<Integer> rdd = context.parallelize(numbers, ranks).rdd();
    ClassTag<T> tag = anyTag();
    return rdd.barrier().mapPartitions(task, false, tag).toJavaRDD().collect();
  }

  /** The tag of a type that is not known here. */
  @SuppressWarnings("unchecked")
  private static <T> ClassTag<T> anyTag() {
    return (ClassTag<T>) ClassTag$.MODULE$.Object();
  }

  /** How many tasks can run at the same time, on the executors that there are now. */
  private static int slots(JavaSparkContext context) {
    SparkContext spark = context.sc();
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }

  /**
   * Waits as long as Spark waits for executors at its start, since those that are just starting, or
   * starting again, count as well. Spark would look for them for ten minutes.
   */
  private static void awaitSlots(JavaSparkContext context, int ranks) {
    long limit =
        context.getConf().getTimeAsMs("spark.scheduler.maxRegisteredResourcesWaitingTime", "30s");
    long start = System.nanoTime();
    int found = slots(context);
    while (found < ranks) {
      if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) >= limit) {
        throw new PenstockException(
            ErrorKind.RESOURCE_LIMIT,
            ("expected %d free cores for as many ranks, which run at the same time, found %d: set"
                    + " fewer ranks, or give Spark more executors")
                .formatted(ranks, found));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PenstockException(
            ErrorKind.INTERRUPTED, "waiting for executors was interrupted", e);
      }
      found = slots(context);
    }
  }
}

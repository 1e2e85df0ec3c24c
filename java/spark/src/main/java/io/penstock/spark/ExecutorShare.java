package io.penstock.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** How much memory an executor has for each of the tasks that it runs at a time. */
final class ExecutorShare {
  /** What Spark leaves to itself of each heap. */
  private static final long RESERVED_BYTES = 300L << 20;

  private static final double DEFAULT_FRACTION = 0.6;

  private ExecutorShare() {}

  /** For a task, in bytes, as far as the driver knows. */
  static long bytes(JavaSparkContext context) {
    SparkConf conf = context.getConf();
    long heap =
        context.isLocal()
            ? Runtime.getRuntime().maxMemory()
            : conf.getSizeAsBytes("spark.executor.memory", "1g");
    double fraction = conf.getDouble("spark.memory.fraction", DEFAULT_FRACTION);
    return (long) (Math.max(0, heap - RESERVED_BYTES) * fraction) / cores(context, conf);
  }

  private static int cores(JavaSparkContext context, SparkConf conf) {
    if (context.isLocal()) {
      return Math.max(1, context.defaultParallelism());
    }
    // One of those that Spark counts is the driver.
    int executors = Math.max(1, context.sc().getExecutorMemoryStatus().size() - 1);
    int each = Math.ceilDiv(Math.max(1, context.defaultParallelism()), executors);
    return Math.max(1, conf.getInt("spark.executor.cores", each));
  }
}

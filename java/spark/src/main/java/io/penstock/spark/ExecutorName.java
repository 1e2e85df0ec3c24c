package io.penstock.spark;

import io.penstock.error.PenstockException;
import org.apache.spark.SparkEnv;

/** Names the executor in what is told of failures: of many machines, it says which. */
final class ExecutorName {
  private ExecutorName() {}

  /** The executor that this runs on, with its host. */
  static String here() {
    SparkEnv env = SparkEnv.get();
    return env == null
        ? "unknown"
        : "%s (%s)".formatted(env.executorId(), env.blockManager().blockManagerId().host());
  }

  /** The same failure, with the executor. */
  static PenstockException on(PenstockException e) {
    String message = e.getMessage();
    return message.contains("on executor ")
        ? e
        : e.again(message + " (on executor " + here() + ")");
  }
}

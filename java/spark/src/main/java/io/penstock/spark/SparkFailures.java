package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkException;
import org.apache.spark.TaskEndReason;
import org.apache.spark.TaskFailedReason;
import org.jspecify.annotations.Nullable;

/** Says on the driver, in one line, what went wrong on an executor. */
final class SparkFailures {
  private static final int MOST_CAUSES = 20;

  private static final Pattern EXCEPTION =
      Pattern.compile("((?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error)): (.*)");

  private SparkFailures() {}

  /**
   * What to throw on the driver.
   *
   * @param failure of a job
   * @return the failure of the task that ended it, if that was one of ours, with this stack
   */
  static RuntimeException told(Exception failure) {
    if (failure instanceof PenstockException known) {
      return known;
    }
    Throwable cause = failure;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      if (cause instanceof PenstockException known) {
        return known.again();
      }
      if (cause instanceof IllegalArgumentException wrong) {
        return wrong;
      }
      cause = cause.getCause();
    }
    if (failure instanceof SparkException) {
      return new PenstockException(ErrorKind.OTHER, ofText(failure.getMessage()), failure);
    }
    return failure instanceof RuntimeException known
        ? known
        : new PenstockException(ErrorKind.OTHER, "the job failed: " + failure, failure);
  }

  /** Why a task failed, in one line: Spark's own words go on with stacks and counters. */
  static String line(TaskEndReason reason) {
    if (reason instanceof ExceptionFailure failure) {
      boolean isOurs = failure.className().equals(PenstockException.class.getName());
      return firstLine((isOurs ? "" : failure.className() + ": ") + failure.description());
    }
    return reason instanceof TaskFailedReason failed
        ? firstLine(failed.toErrorString())
        : reason.toString();
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /**
   * Of a barrier stage Spark tells the failure of a task as text only: after its own words, the
   * exception as it prints itself, and then the stack.
   */
  static String ofText(@Nullable String message) {
    if (message == null) {
      return "Spark ended the job, and gave no reason";
    }
    for (String line : message.lines().toList()) {
      Matcher exception = EXCEPTION.matcher(line);
      if (exception.matches()) {
        boolean isOurs = exception.group(1).equals(PenstockException.class.getName());
        return isOurs ? exception.group(2) : "a task failed: " + line;
      }
    }
    return "Spark ended the job: " + firstLine(message);
  }
}

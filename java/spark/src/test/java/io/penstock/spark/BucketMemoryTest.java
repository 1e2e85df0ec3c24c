package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import org.apache.spark.SparkConf;
import org.apache.spark.memory.TaskMemoryManager;
import org.apache.spark.memory.UnifiedMemoryManager;
import org.junit.jupiter.api.Test;

/** A task holds no more than Spark gives it. */
class BucketMemoryTest {
  private static final long EXECUTOR_BYTES = 10 << 20;

  private final UnifiedMemoryManager executor =
      UnifiedMemoryManager.apply(
          new SparkConf(false)
              .set("spark.testing.memory", String.valueOf(EXECUTOR_BYTES))
              .set("spark.testing.reservedMemory", "0")
              .set("spark.memory.fraction", "1"),
          1);
  private final TaskMemoryManager task = new TaskMemoryManager(executor, 0);

  @Test
  void whatIsReleasedCanBeTakenAgain() {
    BucketMemory memory = new BucketMemory(task);
    for (int i = 0; i < 3; i++) {
      memory.take(EXECUTOR_BYTES / 2);
      memory.take(EXECUTOR_BYTES / 4);
      assertThat(executor.executionMemoryUsed()).isEqualTo(EXECUTOR_BYTES / 4 * 3);
      memory.release();
      assertThat(executor.executionMemoryUsed()).isZero();
    }
  }

  @Test
  void aShareThatIsTooSmallIsOneMessage() {
    BucketMemory memory = new BucketMemory(task);
    memory.take(EXECUTOR_BYTES - 1000);
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> memory.take(2000))
        .withMessage(
            "expected memory for a bucket of at least 10486760 bytes, found 10485760 that a task"
                + " may have: give executors more (spark.executor.memory) or fewer cores"
                + " (spark.executor.cores), or set smaller buckets (--bucket, bucketBytes)")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.RESOURCE_LIMIT));
    assertThat(executor.executionMemoryUsed()).isEqualTo(EXECUTOR_BYTES - 1000);
    memory.release();
    assertThat(executor.executionMemoryUsed()).isZero();
  }
}

package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.Sampler;
import io.penstock.transform.Transform;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is thrown on a thread of a loader reaches the consumer as an exception, costs what it
 * was thrown for, and nothing else.
 */
@Timeout(120)
@NamesNativeWays
class FailingThreadsTest {
  private static final int RECORDS = 1000;

  @TempDir Path directory;

  /** As exceptions of other libraries do, whose message is made from what is broken. */
  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message either");
    }
  }

  @SuppressWarnings({"OverrideThrowableToString", "ToStringReturnsNull"}) // That is what is odd.
  private static final class Odd extends Error {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      return null;
    }
  }

  @SuppressWarnings("OverrideThrowableToString")
  private static final class MemoryShort extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      throw new OutOfMemoryError("while saying what is wrong");
    }
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of("out of memory", (Supplier<Throwable>) () -> new OutOfMemoryError("heap")),
        Arguments.of("stack overflow", (Supplier<Throwable>) FailingThreadsTest::overflow),
        Arguments.of("getMessage throws", (Supplier<Throwable>) Speechless::new),
        Arguments.of("toString is null", (Supplier<Throwable>) Odd::new),
        Arguments.of("toString runs out of memory", (Supplier<Throwable>) MemoryShort::new),
        Arguments.of("checked", (Supplier<Throwable>) () -> new Exception("checked")));
  }

  private static Throwable overflow() {
    try {
      return new StackOverflowError("depth " + depth(0));
    } catch (StackOverflowError e) {
      return e;
    }
  }

  private static int depth(int so) {
    return so < 0 ? 0 : depth(so + 1) + 1;
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private TestArray array() {
    return TestArray.random(directory.resolve("x.npy"), RECORDS, 64, 1);
  }

  private static Transform ofRecords(Supplier<Throwable> failure) {
    return Transform.ofRecords(
        "bad",
        List.of("x"),
        List.of(OutputColumn.of("x", ElementType.UINT8, 64)),
        record -> {
          if (record.index() % 100 == 7) {
            sneak(failure.get());
          }
        });
  }

  private static Transform ofBatches(Supplier<Throwable> failure) {
    return Transform.ofBatches(
        "bad",
        List.of("x"),
        List.of(OutputColumn.of("x", ElementType.UINT8, 64)),
        (batch, from, to) -> {
          for (int i = from; i < to; i++) {
            if (batch.index(i) % 100 == 7) {
              sneak(failure.get());
            }
          }
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void whatATransformThrowsFailsItsBatchAndNothingElse(String name, Supplier<Throwable> failure) {
    TestArray array = array();
    for (Transform bad : List.of(ofRecords(failure), ofBatches(failure))) {
      try (Dataset dataset = Dataset.open(array.path());
          Loader loader =
              dataset
                  .loader()
                  .shuffle(Shuffle.NONE)
                  .batchSize(50)
                  .memoryBytes(16 << 20)
                  .transformThreads(2)
                  .transform(bad)
                  .build()) {
        for (Epoch epoch : loader.epochs(5)) {
          Iterator<Batch> batches = epoch.iterator();
          for (int number = 0; number < RECORDS / 50; number++) {
            assertThat(batches.hasNext()).isTrue();
            if (number % 2 == 0) {
              assertThatExceptionOfType(PenstockException.class)
                  .isThrownBy(batches::next)
                  .withMessageContaining("bad");
            } else {
              assertThat(batches.next().position()).isEqualTo(50L * number);
            }
          }
          assertThat(batches.hasNext()).isFalse();
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void whatASamplerThrowsEndsItsEpochAndNothingElse(String name, Supplier<Throwable> failure) {
    Sampler failing =
        new Sampler() {
          @Override
          public long recordCount() {
            return RECORDS;
          }

          @Override
          public long positionCount() {
            return RECORDS;
          }

          @Override
          public String description() {
            return "failing/1";
          }

          @Override
          public long index(long epoch, long position) {
            if (epoch % 2 == 0 && position == 777) {
              FailingThreadsTest.<RuntimeException>sneak(failure.get());
            }
            return position;
          }
        };
    TestArray array = array();
    for (String flags : List.of("backend=pread", "backend=mmap")) {
      try (Dataset dataset = Dataset.open(array.path());
          Loader loader =
              dataset
                  .loader()
                  .sampler(failing)
                  .readahead(Readahead.parse(flags))
                  .batchSize(50)
                  .memoryBytes(16 << 20)
                  .build()) {
        for (int epoch = 0; epoch < 10; epoch++) {
          Iterator<Batch> batches = loader.epoch(epoch).iterator();
          if (epoch % 2 == 0) {
            assertThatExceptionOfType(PenstockException.class)
                .isThrownBy(() -> batches.forEachRemaining(batch -> {}))
                .withMessageContaining("reading stopped");
          } else {
            long[] seen = {0};
            batches.forEachRemaining(batch -> seen[0] += batch.size());
            assertThat(seen[0]).isEqualTo(RECORDS);
          }
        }
      }
    }
  }
}

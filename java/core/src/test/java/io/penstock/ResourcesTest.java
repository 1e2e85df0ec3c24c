package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.error.PenstockException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the process holds: descriptors, threads and memory, counted before and after. */
@Timeout(300)
class ResourcesTest {
  private static final int ROUNDS = 50;
  private static final long MEMORY_BYTES = 32 << 20;

  /** What the heap and the compiler may grow by in between. */
  private static final long SLACK_KILOBYTES = 32 << 10;

  @TempDir Path directory;

  static List<Way> ways() {
    return Way.all().toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void openingAndClosingLeavesNothingBehind(Way way) throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc here");
    TestArray array = TestArray.random(directory.resolve("x.npy"), 3000, 784, 1);
    openAndClose(way, array, 10);
    long kilobytes = anonymousKilobytes();
    int descriptors = descriptors();
    long threads = readers();

    openAndClose(way, array, ROUNDS);

    // Fewer are no leak: what an earlier test left open may have been collected.
    assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
    assertThat(readers()).isEqualTo(threads);
    // A round touches 2 MiB at least, so that a leak in each would be three times the slack.
    assertThat(anonymousKilobytes()).isLessThan(kilobytes + SLACK_KILOBYTES);
  }

  @Test
  void aDatasetThatCannotBeOpenedLeavesNothingBehind() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc here");
    TestArray array = TestArray.random(directory.resolve("x.npy"), 3000, 784, 1);
    TestArray other = TestArray.random(directory.resolve("y.npy"), 2, 784, 1);
    Path none = directory.resolve("none.npy");
    // Not the temporary folder itself: the index of a folder lies beside it.
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(folder.resolve("only.txt"), "a record");
    try {
      Dataset.open(array.path(), none);
    } catch (PenstockException e) {
      assertThat(e.path()).hasValue(none);
    }
    int descriptors = descriptors();
    for (int round = 0; round < ROUNDS; round++) {
      for (Path wrong : List.of(none, other.path(), folder)) {
        try {
          Dataset.open(array.path(), wrong);
        } catch (PenstockException e) {
          assertThat(e.path()).hasValue(wrong);
        }
      }
    }
    assertThat(descriptors()).isEqualTo(descriptors);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void readingStaysWithinTheBudget(Way way) throws IOException {
    assumeTrue(Files.isRegularFile(Path.of("/proc/self/status")), "no /proc here");
    TestArray array = TestArray.random(directory.resolve("x.npy"), 100_000, 784, 1);
    openAndClose(way, TestArray.random(directory.resolve("y.npy"), 3000, 784, 1), 5);
    long before = anonymousKilobytes();
    long most = 0;
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = way.loader(dataset).memoryBytes(MEMORY_BYTES).build()) {
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          if (batch.position() % 25_600 == 0) {
            most = Math.max(most, anonymousKilobytes());
          }
        }
      }
      assertThat(loader.statistics().memoryBytes()).isLessThanOrEqualTo(MEMORY_BYTES);
    }
    assertThat(most - before).isLessThan((MEMORY_BYTES >> 10) + SLACK_KILOBYTES);
  }

  private static void openAndClose(Way way, TestArray array, int rounds) {
    for (int round = 0; round < rounds; round++) {
      try (Dataset dataset = Dataset.open(array.path())) {
        Loader loader = way.loader(dataset).batchSize(100).memoryBytes(MEMORY_BYTES).build();
        Iterator<Batch> batches = loader.epoch(0).iterator();
        for (int i = 0; i < round % 4; i++) {
          batches.next().retain();
        }
        if (round % 2 == 0) {
          loader.close();
        }
      }
    }
  }

  private static int descriptors() {
    return new File("/proc/self/fd").list().length;
  }

  private static long readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("penstock-reader-"))
        .count();
  }

  /** RssAnon after the heap was cleaned up, so that garbage does not count. */
  private static long anonymousKilobytes() throws IOException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("RssAnon:")) {
          String kilobytes = line.toLowerCase(Locale.ROOT).replaceAll("[^0-9]", "");
          least = Math.min(least, Long.parseLong(kilobytes));
        }
      }
    }
    return least;
  }
}

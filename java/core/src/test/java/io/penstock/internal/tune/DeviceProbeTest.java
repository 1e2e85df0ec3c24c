package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.NeedsNative;
import io.penstock.TestArray;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The probe on real files. Rates are only looked at for being some: machines differ. */
@NeedsNative("measuring a device")
final class DeviceProbeTest {
  private static final long NANOS = 1_000_000;
  private static final SurveyPlan PLAN = SurveyPlan.of(0, true, 0);

  @TempDir Path directory;

  private Path file() {
    return TestArray.random(directory.resolve("x.npy"), 16 << 10, 1 << 10, 1).path();
  }

  @Test
  void everyPointThatTheFileHoldsIsMeasured() {
    try (DeviceProbe probe = DeviceProbe.open(file(), null, PLAN)) {
      for (ProbePoint point : PLAN.points()) {
        double rate = probe.requestsPerSecond(point, NANOS);
        if (probe.fileBytes() / point.requestBytes()
            < (long) DeviceProbe.AHEAD * point.queueDepth()) {
          assertThat(rate).as(point.toString()).isNaN();
        } else {
          assertThat(rate).as(point.toString()).isPositive().isFinite();
        }
      }
    }
  }

  @Test
  void recordsThatAreNotAlignedAreMeasuredWhereTheyLie() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 30_000, 784, 1);
    DeviceProbe.Records records =
        new DeviceProbe.Records(array.dataOffset(), 784, array.recordCount());
    SurveyPlan plan = SurveyPlan.of(784, true, 0);
    try (DeviceProbe probe = DeviceProbe.open(array.path(), records, plan)) {
      for (int depth : plan.depths()) {
        assertThat(probe.requestsPerSecond(ProbePoint.random(784, depth), NANOS)).isPositive();
      }
    }
  }

  @Test
  void aFileThatWasDeletedStaysMeasurable() throws IOException {
    Path path = file();
    try (DeviceProbe probe = DeviceProbe.open(path, null, PLAN)) {
      Files.delete(path);
      assertThat(probe.requestsPerSecond(ProbePoint.random(4096, 16), NANOS)).isPositive();
      assertThat(probe.requestsPerSecond(ProbePoint.sequential(1 << 20, 4), NANOS)).isPositive();
    }
  }

  @Test
  void whereDirectReadsAreRefusedTheReasonIsTold() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "needs a file system in memory at /dev/shm");
    Path path = Files.createTempFile(memory, "penstock-test-", ".bin");
    try {
      Files.write(path, new byte[(int) DeviceProbe.LEAST_FILE_BYTES]);
      try (DeviceProbe probe = DeviceProbe.open(path, null, PLAN)) {
        if (!probe.way().isDirect()) {
          assertThat(probe.way().refusals()).isNotEmpty().first().asString().startsWith("uring");
        }
        assertThat(probe.requestsPerSecond(ProbePoint.random(4096, 4), NANOS)).isPositive();
      }
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void aSmallFileIsRefusedWithWhatToDo() throws IOException {
    Path path = Files.write(directory.resolve("small"), new byte[1000]);
    assertThatThrownBy(() -> DeviceProbe.open(path, null, PLAN))
        .isInstanceOf(PenstockException.class)
        .hasMessageContainingAll(path.toString(), "16777216", "found 1000", "directory");
  }

  @Test
  void closingTwiceIsFine() {
    DeviceProbe probe = DeviceProbe.open(file(), null, PLAN);
    probe.close();
    probe.close();
    assertThat(Files.exists(directory.resolve("x.npy"))).isTrue();
  }
}

package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.array.ElementType;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.report.Warnings;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes unreachable without being closed is reported, and given back if that is safe. */
@Timeout(180)
class ForgottenTest {
  private record Warning(String message, Throwable origin) {}

  @TempDir Path directory;

  private final List<Warning> warnings = new CopyOnWriteArrayList<>();
  private TestArray array;

  @BeforeEach
  void listen() {
    array = TestArray.random(directory.resolve("x.npy"), 1000, 64, 1);
    Warnings.observer = (message, origin) -> warnings.add(new Warning(message, origin));
  }

  @AfterEach
  void stopListening() {
    Warnings.observer = (message, origin) -> {};
  }

  private boolean isReported(String what) {
    return warnings.stream().anyMatch(warning -> warning.message().startsWith(what));
  }

  private void checkOrigin(String what, String method) {
    List<Warning> found =
        warnings.stream().filter(warning -> warning.message().startsWith(what)).toList();
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().message()).contains("became unreachable without being closed");
    assertThat(found.getFirst().origin().getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  private static boolean hasThread(String prefix, List<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith(prefix) && !before.contains(thread));
  }

  private boolean isFileOpen() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.anyMatch(
          link -> {
            try {
              return Files.readSymbolicLink(link).equals(array.path().toRealPath());
            } catch (IOException e) {
              return false; // Closed meanwhile, as that of the list itself.
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aForgottenLoaderIsReportedAndItsThreadsAndMemoryGo() {
    List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
    try (Dataset dataset = Dataset.open(array.path())) {
      MemorySegment memory = readAndForget(dataset);
      Collected.await(() -> isReported("Loader["));
      checkOrigin("Loader[", "readAndForget");
      Collected.await(() -> !memory.scope().isAlive());
      Collected.await(() -> !hasThread("penstock-reader-", before));
      assertThatIllegalStateException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
      // The dataset is as it was.
      try (Loader loader = dataset.loader().build()) {
        assertThat(loader.epoch(0).iterator().next().size()).isEqualTo(256);
      }
    }
    assertThat(isReported("Dataset[")).isFalse();
  }

  private static MemorySegment readAndForget(Dataset dataset) {
    Loader loader = dataset.loader().batchSize(100).memoryBytes(16 << 20).build();
    MemorySegment memory = null;
    for (Batch batch : loader.epoch(0)) {
      memory = batch.column("x");
    }
    return memory;
  }

  /** Somebody may have an address in it, though nobody has the batch. */
  @Test
  void theMemoryOfAForgottenLoaderIsKeptIfABatchIsOut() {
    List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
    try (Dataset dataset = Dataset.open(array.path())) {
      MemorySegment memory = leaveAndForget(dataset);
      Collected.await(() -> isReported("Loader["));
      Collected.await(() -> !hasThread("penstock-reader-", before));
      assertThat(memory.scope().isAlive()).isTrue();
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(array.record(0)[0]);
    }
  }

  private static MemorySegment leaveAndForget(Dataset dataset) {
    Loader loader =
        dataset.loader().shuffle(Shuffle.NONE).batchSize(100).memoryBytes(16 << 20).build();
    return loader.epoch(0).iterator().next().column("x");
  }

  @Test
  void aForgottenDatasetIsReportedAndItsFilesClosed() {
    openAndForget();
    Collected.await(() -> isReported("Dataset["));
    checkOrigin("Dataset[", "openAndForget");
    Collected.await(() -> !isFileOpen());
  }

  private void openAndForget() {
    Dataset dataset = Dataset.open(array.path());
    dataset.loader().memoryBytes(16 << 20).build();
    // Java alone opens files when they are read.
    assertThat(isFileOpen() || Platforms.problem().isPresent()).isTrue();
  }

  @Test
  void theFilesOfAForgottenDatasetStayOpenIfNumbersOfItAreInUse() throws IOException {
    Path labels = directory.resolve("y.npy");
    TestArray.random(labels, 1000, 1, 2);
    LongUnaryOperator numbers = labels(labels);
    Collected.await(() -> isReported("Dataset["));
    assertThat(numbers.applyAsLong(5)).isBetween(0L, 255L);
  }

  private static LongUnaryOperator labels(Path path) {
    Source vector = Source.of(path).raw(RawLayout.of(ElementType.UINT8).skipBytes(128));
    return Dataset.builder().column("y", vector).open().integers("y");
  }

  @Test
  void aForgottenBatchIsReportedWithWhereItWasTakenIfThatIsTracked() {
    System.setProperty("penstock.trackBatches", "true");
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(100).memoryBytes(16 << 20).build()) {
      retainAndForget(loader.epoch(0).iterator());
      Collected.await(() -> isReported("Batch["));
      checkOrigin("Batch[", "retainAndForget");
    } finally {
      System.clearProperty("penstock.trackBatches");
    }
  }

  private static void retainAndForget(Iterator<Batch> batches) {
    batches.next().retain();
    batches.next().retain().close();
    batches.next();
  }

  @Test
  void whatIsClosedIsNotReported() {
    try (Dataset dataset = Dataset.open(array.path())) {
      for (int i = 0; i < 20; i++) {
        try (Loader loader = dataset.loader().memoryBytes(16 << 20).build()) {
          loader.epoch(0).iterator().next().retain().close();
        }
      }
    }
    openAndForget();
    // Whoever forgets this one is told; by then the others were unreachable for longer.
    Collected.await(() -> isReported("Dataset["));
    assertThat(warnings.stream().filter(warning -> warning.message().startsWith("Loader[")).count())
        .isEqualTo(1);
    assertThat(isReported("Batch[")).isFalse();
  }
}

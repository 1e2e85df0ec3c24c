package io.penstock.internal.pure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JavaFilesTest {
  private static final int BYTES = 300_000;

  @TempDir private Path directory;
  private Path path;
  private final JavaFiles files = new JavaFiles();

  @BeforeEach
  void open() throws IOException {
    path = Files.write(directory.resolve("x"), new byte[BYTES]);
    files.addFile(path);
  }

  @AfterEach
  void close() {
    files.close();
  }

  private void isFound(Runnable check, String status) {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(check::run)
        .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.FILE_CHANGED))
        .satisfies(e -> assertThat(e.statusName()).contains(status));
  }

  @Test
  void theQuickCheckFindsAFileThatWasCutShortOrHasGrown() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Runnable check = files.quickCheck(arena);
      check.run();
      Files.write(path, new byte[1], StandardOpenOption.APPEND);
      isFound(check, "ESTALE");
      Files.write(path, new byte[BYTES - 1]);
      isFound(check, "ENODATA");
    }
  }

  @Test
  void theQuickCheckLeavesNoGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count");
    try (Arena arena = Arena.ofConfined()) {
      Runnable check = files.quickCheck(arena);
      for (int i = 0; i < 100; i++) {
        check.run();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        check.run();
      }
      long each = (threads.getCurrentThreadAllocatedBytes() - before) / 1000;
      assertThat(each).as("bytes a check").isZero();
    }
  }

  @Test
  void nothingIsMissingOfAMappedFileThatWasJustRead() {
    assertThat(files.pages().missingBytes(0, 0, BYTES)).as("not mapped").isEmpty();
    try (Arena arena = Arena.ofShared()) {
      files.map(0, arena);
      files.pages().fetch(0, 0, BYTES);
      files.pages().populate(0, 0, BYTES);
      assertThat(files.pages().missingBytes(0, 4096, BYTES - 4096)).hasValue(0);
    }
  }
}

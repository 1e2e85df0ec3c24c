package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device without room, and one that may not be written: a file system of 1 MiB of our own. */
@Timeout(120)
class FullDeviceTest {
  private static final ElementType BYTES = ElementType.UINT8;

  @TempDir static Path parent;
  private Path directory;

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // No such program.
    }
  }

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    directory = Files.createTempDirectory(parent, "mount");
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString()),
        "mounting a file system takes root, and a kernel that lets it");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", directory.toString());
  }

  private void assertRefused(ThrowingCallable call, String status) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PenstockException.class,
            e -> {
              assertThat(e.getMessage()).startsWith(directory + "/x.npy: ").doesNotContain("\n");
              assertThat(e.statusName()).hasValue(status);
            });
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aFileThatCannotFitIsRefusedBeforeAnythingIsWritten() {
    assertRefused(
        () -> NpyWriter.builder(directory.resolve("x.npy"), BYTES).recordCount(2 << 20).open(),
        "ENOSPC");
  }

  @Test
  void aDeviceThatFillsUpIsOneErrorAndNothingIsLeft() {
    assertRefused(
        () -> {
          try (NpyWriter writer = NpyWriter.builder(directory.resolve("x.npy"), BYTES).open()) {
            for (int i = 0; i < 64; i++) {
              writer.append(MemorySegment.ofArray(new byte[1 << 20]));
            }
            writer.commit();
          }
        },
        "ENOSPC");
  }

  @Test
  void aReadOnlyDeviceIsNamed() throws IOException, InterruptedException {
    assumeTrue(run("mount", "-o", "remount,ro", directory.toString()), "it cannot be remounted");
    assertRefused(() -> NpyWriter.builder(directory.resolve("x.npy"), BYTES).open(), "EROFS");
  }
}

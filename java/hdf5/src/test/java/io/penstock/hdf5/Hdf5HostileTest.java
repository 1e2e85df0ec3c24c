package io.penstock.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files, read with little memory. */
class Hdf5HostileTest {
  private static final String SEED = "7";
  private static final int DAMAGED_OF_EACH = 8;

  @TempDir Path directory;

  /** A file that claims more than there is must not take memory for it. */
  @Test
  void damagedFilesTakeLittleMemoryAndGiveArraysInsideOfThemOrReasons() throws Exception {
    Kinds.unpack(directory);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path")
                    + File.pathSeparator
                    + System.getProperty("jdk.module.path", ""),
                Mutations.class.getName(),
                directory.toString(),
                directory.resolve("damaged").toString(),
                SEED,
                String.valueOf(DAMAGED_OF_EACH))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains(DAMAGED_OF_EACH * Kinds.files(directory).size() + " files");
  }
}

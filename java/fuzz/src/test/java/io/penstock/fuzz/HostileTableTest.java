package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of all formats, read with little memory. {@code -Dpenstock.hostile.table=true}
 * reads all of them, in minutes, and prints what each format took.
 */
class HostileTableTest {
  private static final boolean IS_WHOLE = Boolean.getBoolean("penstock.hostile.table");

  /** One of so many is read, beside all that were only cut of one file of each format. */
  private static final int STEP = IS_WHOLE ? 1 : 80;

  @TempDir Path directory;

  @Test
  void damagedFilesOfAllFormatsGiveRightDataOrClearErrorsWithLittleWork() throws Exception {
    Path output = directory.resolve("output");
    Path files = Files.createDirectory(directory.resolve("files"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1", // Most code runs for a few files.
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                HostileTable.class.getName(),
                files.toString(),
                String.valueOf(STEP))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("tar", "TFRecord", "MDS", "Arrow", "lines", "HDF5", "Parquet");
    if (IS_WHOLE) {
      System.out.println(said);
    }
  }
}

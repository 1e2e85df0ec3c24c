package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code shuffle} on the command line: its report, its refusals, and where there is no room. */
@Timeout(120)
final class ShuffleCommandTest {
  private static final int RECORDS = 50_000;
  private static final int RECORD_BYTES = 256;

  @TempDir Path directory;
  private Path x;
  private Path out;

  @BeforeEach
  void write() {
    x = Run.records(directory.resolve("x.npy"), RECORDS, RECORD_BYTES);
    out = directory.resolve("out");
  }

  private static JsonObject json(Run run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  private static String digest(JsonObject report) {
    return report.getAsJsonObject("digest").entrySet().iterator().next().getValue().getAsString();
  }

  @Test
  void aFileInThePlaceOfTheDirectoryIsTold() {
    Path x = Run.records(directory.resolve("x.npy"), 10, 4);
    Path y = Run.records(directory.resolve("y.npy"), 10, 4);
    for (Object[] arguments : new Object[][] {{"shuffle", x, y}, {"shuffle", y}}) {
      Run run = Run.of(arguments);
      assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
      assertThat(run.err())
          .hasLineCount(1)
          .contains("expected DIR, the directory to make, as the last path, found the file " + y);
    }
  }

  @Test
  void theShardsAreWhatReadDelivers() {
    JsonObject made =
        json(Run.of("shuffle", x, out, "--seed", 7, "--shards", 3, "--memory", "9m", "--json"));
    assertThat(made.get("records").getAsLong()).isEqualTo(RECORDS);
    assertThat(made.get("bytes").getAsLong()).isEqualTo((long) RECORDS * RECORD_BYTES);
    assertThat(made.get("passes").getAsInt()).isEqualTo(2);
    assertThat(made.get("buckets").getAsInt()).isGreaterThan(2);
    JsonObject shards =
        json(Run.of("read", out.resolve("x-*.npy"), "--shuffle", "none", "--digest", "--json"));
    JsonObject full = json(Run.of("read", x, "--seed", 7, "--digest", "--json"));
    assertThat(digest(shards)).isEqualTo(digest(full));
    assertThat(Run.of("shuffle", x, out, "--force").text())
        .contains("passes", "1, all records in memory", "memory");
  }

  @Test
  void wrongUsageIsSaid() throws IOException {
    assertThat(Run.of("shuffle", x).code()).isEqualTo(ExitCodes.USAGE);
    assertThat(Run.of("shuffle", "--seed", 7).err()).contains("DIR, the directory to make");
    assertThat(Run.of("shuffle", x, out, "--shards", 0).code()).isEqualTo(ExitCodes.USAGE);
    Run little = Run.of("shuffle", x, out, "--memory", "1m");
    assertThat(little.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(little.err()).contains("--memory must be at least");
    Files.createDirectory(out);
    Files.writeString(out.resolve("mine"), "mine");
    for (String force : new String[] {"--json", "--force"}) {
      Run refused = Run.of("shuffle", x, out, force);
      assertThat(refused.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(refused.err()).hasLineCount(1).contains("out: ");
      assertThat(out.resolve("mine")).hasContent("mine");
    }
  }

  @Test
  void aDirectoryThatCannotBeWrittenToIsAnError() throws IOException {
    assumeTrue(!"root".equals(System.getProperty("user.name")), "root may write anywhere");
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    Run run = Run.of("shuffle", x, closed.resolve("out"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("permission denied");
  }

  @Test
  void aFullDiskIsOneErrorAndLeavesNothing() throws IOException, InterruptedException {
    Path small = Files.createDirectory(directory.resolve("small"));
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeTrue(mount.waitFor() == 0, "a file system of 8 MiB takes root to mount");
    try {
      for (String memory : new String[] {"9m", "64m"}) {
        Run run = Run.of("shuffle", x, small.resolve("out"), "--memory", memory);
        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(run.err()).hasLineCount(1).contains("make room on the device");
        try (var files = Files.list(small)) {
          assertThat(files).isEmpty();
        }
      }
    } finally {
      assertThat(new ProcessBuilder("umount", small.toString()).start().waitFor()).isZero();
    }
  }
}

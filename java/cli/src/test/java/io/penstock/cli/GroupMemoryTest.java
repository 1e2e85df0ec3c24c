package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands with their defaults in a control group of 300 MB, whose limit is that of the group above
 * it: none may be killed. Skipped where no such group can be made.
 */
final class GroupMemoryTest {
  private static final long LIMIT_BYTES = 300_000_000;

  /** More than the group has room for. */
  private static final long RECORDS = 500_000;

  private static final long RECORD_BYTES = 784;
  private static final int REMOVE_ATTEMPTS = 100;
  private static final long REMOVE_PAUSE_NANOS = 10_000_000;

  @TempDir Path directory;
  private Path outer;
  private Path inner;

  @BeforeEach
  void makeGroup() throws IOException {
    // Limits of version 1, then 2: most of memory, and of memory with swap, which is off then.
    Map<Path, List<String>> parents =
        Map.of(
            Path.of("/sys/fs/cgroup/memory"),
            List.of("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"),
            Path.of("/sys/fs/cgroup"),
            List.of("memory.max"));
    for (Map.Entry<Path, List<String>> parent : parents.entrySet()) {
      Path group = parent.getKey().resolve("penstock-test-" + ProcessHandle.current().pid());
      if (!Files.isWritable(parent.getKey())
          || Files.notExists(parent.getKey().resolve("cgroup.procs"))) {
        continue;
      }
      try {
        outer = Files.createDirectory(group);
        if (Files.exists(group.resolve(parent.getValue().getFirst()))) {
          for (String limit : parent.getValue()) {
            if (Files.exists(group.resolve(limit))) {
              Files.writeString(group.resolve(limit), Long.toString(LIMIT_BYTES));
            }
          }
          inner = Files.createDirectory(group.resolve("inner"));
          return;
        }
      } catch (IOException e) {
        // Not ours to write to: the next kind, or none.
        removeGroup();
      }
    }
    assumeTrue(inner != null, "no control group with a limit on memory can be made here");
  }

  @AfterEach
  void removeGroup() throws IOException {
    for (Path group : new Path[] {inner, outer}) {
      for (int attempt = 0; group != null && Files.exists(group); attempt++) {
        try {
          Files.delete(group);
        } catch (IOException e) {
          // A process that was waited for may be in it for a moment longer.
          if (attempt == REMOVE_ATTEMPTS) {
            throw e;
          }
          LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
        }
      }
    }
    inner = null;
    outer = null;
  }

  @Test
  void commandsFitIntoASmallGroupByDefault() throws Exception {
    makeFiles();

    JsonObject read =
        JsonParser.parseString(run("read", "x.npy", "--limit", "100", "--json")).getAsJsonObject();
    assertThat(read.get("records").getAsLong()).isEqualTo(100 * 256);
    assertThat(read.get("reason").getAsString()).contains("MiB by default, of ");
    run("take", "x.npy", "--indices", "i.npy", "--out", "taken.npy");
    run("shuffle", "x.npy", "shuffled");
    run("convert", "x.npy", "y.npy", "--select", "0:20000", "--dtype", "float32");
    run("checksum", "x.npy");
    run("info", "x.npy");
  }

  @Test
  void aBudgetThatIsMoreThanTheGroupLeavesIsObeyedAndSaid() throws Exception {
    makeFiles();

    // Whether it is killed depends on how fast memory is touched.
    start("read", "x.npy", "--limit", "1", "--memory", "1g");
    assertThat(Files.readString(directory.resolve("stderr")))
        .contains("--memory takes ")
        .contains("that are left: this process may be killed");
  }

  /** Sparse: its blocks take no room, and reading them no disk. */
  private void makeFiles() throws IOException {
    Path big =
        Run.npy(
            directory.resolve("x.npy"),
            "'|u1'",
            "(%d, %d)".formatted(RECORDS, RECORD_BYTES),
            new byte[0]);
    try (FileChannel file = FileChannel.open(big, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), Files.size(big) + RECORDS * RECORD_BYTES - 1);
    }
    byte[] indices = new byte[20_000 * Long.BYTES];
    Run.npy(directory.resolve("i.npy"), "'<i8'", "(20000,)", indices);
  }

  /** Runs a command in the group, which must succeed, and returns its stdout. */
  private String run(String... arguments) throws IOException, InterruptedException {
    int code = start(arguments);
    String err = Files.readString(directory.resolve("stderr"));
    assertThat(code).as("%s: %s", arguments[0], err).isZero();
    return Files.readString(directory.resolve("stdout"), StandardCharsets.UTF_8);
  }

  /** Runs a command in the group, in a JVM with the launcher's options, and returns its code. */
  private int start(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh", "-c", "echo $$ > '" + inner + "/cgroup.procs' && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms16m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.penstock.cli.Main");
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectOutput(directory.resolve("stdout").toFile())
        .redirectError(directory.resolve("stderr").toFile())
        .start()
        .waitFor();
  }
}

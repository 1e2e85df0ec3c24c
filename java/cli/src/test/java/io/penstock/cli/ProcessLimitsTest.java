package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits of a process, which a shell sets before it becomes the JVM: each is named. */
@Timeout(120)
final class ProcessLimitsTest {
  private static final String NO_LOCKS =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <stdarg.h>
      #define WRAP(name) int name(int fd, int cmd, ...) { \\
        va_list list; va_start(list, cmd); void *argument = va_arg(list, void *); va_end(list); \\
        if (cmd == F_SETLK || cmd == F_SETLKW) { errno = ENOLCK; return -1; } \\
        static int (*real)(int, int, ...); if (!real) real = dlsym(RTLD_NEXT, #name); \\
        return real(fd, cmd, argument); }
      WRAP(fcntl)
      WRAP(fcntl64)
      """;

  @TempDir Path directory;

  private record Shell(int code, String output) {}

  /** Runs a script in which $PENSTOCK is the beginning of a command line. */
  private Shell shell(String script) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    builder.environment().put("CLASS_PATH", System.getProperty("java.class.path"));
    builder
        .environment()
        .put(
            "PENSTOCK",
            Path.of(System.getProperty("java.home"), "bin", "java")
                + " -XX:+UseSerialGC -XX:-UsePerfData $JO --enable-native-access=ALL-UNNAMED"
                + " -cp $CLASS_PATH io.penstock.cli.Main");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Shell(process.waitFor(), output);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void openFilesAreNamedAndNothingIsLeft() throws Exception {
    Run.records(directory.resolve("x.npy"), 1000, 8);
    Shell writing =
        shell("ulimit -n 200; exec $(eval echo \"$PENSTOCK\") convert x.npy y.npy --shards 300");
    assertThat(writing.output())
        .hasLineCount(1)
        .startsWith("penstock: y-00")
        .contains("raise the limit on open files of a process (ulimit -n)");
    assertThat(writing.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(names()).containsExactly("x.npy");
  }

  @Test
  void aHeapThatIsTooSmallForWeightsIsNamedWithWhatIsNeeded() throws Exception {
    Path data = directory.resolve("x.npy");
    Path weights = directory.resolve("w.npy");
    assertThat(Run.of("create", data, "--dtype", "uint8", "--shape", "50000000").code()).isZero();
    assertThat(Run.of("create", weights, "--dtype", "float32", "--shape", "50000000").code())
        .isZero();
    Shell shell =
        shell("JO=-Xmx64m; exec $(eval echo \"$PENSTOCK\") read x.npy --weights w.npy --limit 1");
    assertThat(shell.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(shell.output())
        .hasLineCount(1)
        .contains("50000000 weights, 400000000 bytes of 8 each", "-Xmx1g", "PENSTOCK_JAVA_OPTS");
  }

  @Test
  void withoutLocksFilesAreMadeAllTheSameAndThatIsSaid() throws Exception {
    Files.writeString(directory.resolve("nolocks.c"), NO_LOCKS);
    assumeTrue(
        shell("cc -shared -fPIC -o nolocks.so nolocks.c -ldl").code() == 0,
        "there is no C compiler to make a file system without locks");
    Run.records(directory.resolve("x.npy"), 1000, 8);
    Shell shell =
        shell(
            """
            export LD_PRELOAD=$PWD/nolocks.so
            command=$(eval echo "$PENSTOCK")
            $command convert x.npy y.npy && $command convert x.npy y.npy --force &&
              $command shuffle x.npy shards && $command shuffle x.npy shards --force
            """);
    assertThat(shell.code()).as(shell.output()).isZero();
    assertThat(shell.output().lines().filter(line -> line.contains("cannot be locked")))
        .hasSize(4)
        .allMatch(line -> line.startsWith("penstock: "));
    assertThat(names()).containsExactly("nolocks.c", "nolocks.so", "shards", "x.npy", "y.npy");
    assertThat(directory.resolve("shards")).isDirectoryNotContaining("glob:**partial*");
  }

  @Test
  void directReadsAreRefusedWithFileAndFileSystem() throws Exception {
    Path mount = Files.createDirectory(directory.resolve("mount"));
    assumeTrue(
        shell("mount -t ramfs ramfs mount").code() == 0,
        "mounting a file system without direct reads takes root, and a kernel that lets it");
    try {
      Path data = Run.records(mount.resolve("x.npy"), 100, 8);
      for (String backend : List.of("auto", "uring", "pread")) {
        Run run = Run.of("read", data, "--readahead", "io=direct,backend=" + backend);
        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(run.err())
            .hasLineCount(1)
            .contains(data + ": io=direct", "(ramfs)", "use io=auto");
      }
      assertThat(Run.of("read", data).code()).isZero();
    } finally {
      shell("umount mount");
    }
  }
}

package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes with small limits: with backend=auto they read in another way and say why; a backend
 * that was named fails, naming the limit.
 */
final class LimitsTest {
  /** Root is not held to limits of locked memory while it has this right. */
  private static final String WITHOUT_RIGHT =
      "setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock ";

  @TempDir Path directory;

  private record Shell(int code, String out, String err) {}

  @BeforeEach
  void makeRecords() throws IOException {
    Run.records(directory.resolve("x.npy"), 20_000, 784);
  }

  @Test
  void withoutLockedMemoryAutoReadsByPread() throws Exception {
    Shell shell = locked(0, "read x.npy --readahead dropBehind=false,io=direct --json");
    assumeTrue(!shell.err().contains("direct: a file does not allow it"), "no direct reads here");
    assertThat(shell.code()).as(shell.err()).isZero();
    // A kernel before 6.14 does not charge rings.
    assertThat(shell.out())
        .matches(
            text ->
                text.contains("\"backend\":\"uring\"")
                    || text.contains("refused: uring: ENOMEM (locked memory, ulimit -l)"));
  }

  @Test
  void manyReadersAtOnceReadAsFarAsTheLimitGoes() throws Exception {
    Shell shell =
        locked(
            8,
            "read x.npy --readahead io=direct --json --memory 16m > 1 & p=$!; "
                + "penstock read x.npy --readahead io=direct --json --memory 16m > 2 & q=$!; "
                + "wait $p && wait $q");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(Files.readString(directory.resolve("1"))).contains("\"records\":20000");
    assertThat(Files.readString(directory.resolve("2"))).contains("\"records\":20000");
  }

  @Test
  void aNamedBackendNamesTheLimit() throws Exception {
    Shell shell = locked(0, "read x.npy --readahead backend=uring,io=buffered --json");
    assumeTrue(shell.code() != 0, "this kernel does not charge rings to locked memory");
    assertThat(shell.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(shell.err()).hasLineCount(1).contains("uring: ENOMEM (locked memory, ulimit -l)");
  }

  private Shell locked(int kibibytes, String command) throws IOException, InterruptedException {
    assumeTrue(
        shell("", WITHOUT_RIGHT + "true").code() == 0, "setpriv is missing, or may not do this");
    String limited = WITHOUT_RIGHT + "bash -c 'ulimit -l " + kibibytes + " && exec \"$@\"' x ";
    return shell(limited, "penstock " + command);
  }

  private Shell shell(String prefix, String script) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String function =
        "penstock() { "
            + prefix
            + "\"$JAVA\" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -cp \"$CLASS_PATH\""
            + " io.penstock.cli.Main \"$@\"; }\n";
    Path err = directory.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder(List.of("bash", "-c", function + script))
            .directory(directory.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA", java);
    builder.environment().put("CLASS_PATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Shell(process.waitFor(), out, Files.readString(err));
  }
}

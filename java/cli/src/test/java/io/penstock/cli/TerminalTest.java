package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on a terminal while a command runs, and after it. Made by script(1), of util-linux. */
final class TerminalTest {
  /** Many times what any of these commands takes. */
  private static final int MOST_SECONDS = 120;

  @TempDir Path directory;

  @BeforeEach
  void findPrograms() throws Exception {
    assumeTrue(
        List.of("/usr/bin/script", "/bin/script").stream()
            .anyMatch(name -> Files.exists(Path.of(name))),
        "no script(1) here, which makes a terminal");
    assumeTrue(
        new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0,
        "env(1) cannot set how signals are handled here: coreutils 8.31 can");
  }

  /** Runs a shell command in a terminal; "penstock" in it is the command line. */
  private Process start(int columns, String command) throws IOException {
    Path penstock = directory.resolve("penstock");
    Files.writeString(
        penstock,
        "#!/bin/sh\nexec '%s' --enable-native-access=ALL-UNNAMED -cp '%s' io.penstock.cli.Main \"$@\"\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path")));
    assertThat(penstock.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder =
        new ProcessBuilder(
                // Whoever runs the tests in the background may have it ignored, and that is
                // inherited by all that they start: a shell cannot take it back, nor can a JVM.
                "env",
                "--default-signal=INT",
                "script",
                "-q",
                "-e",
                "-c",
                "stty cols %d; %s".formatted(columns, command),
                "/dev/null")
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.PIPE);
    builder.environment().remove("COLUMNS");
    builder.environment().put("TERM", "xterm");
    builder.environment().put("SHELL", "/bin/sh");
    Process process = builder.start();
    // Reading from it cannot be interrupted, so it must end.
    CompletableFuture.delayedExecutor(MOST_SECONDS, TimeUnit.SECONDS).execute(() -> kill(process));
    return process;
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return all;
  }

  /** What is left on the screen: of each line what was printed after it was erased. */
  private static List<String> screen(String output) {
    return Arrays.stream(output.split("\r?\n"))
        .map(
            line ->
                line.substring(
                    line.lastIndexOf("\u001b[K") < 0 ? 0 : line.lastIndexOf("\u001b[K") + 3))
        .toList();
  }

  private static List<String> bars(String output) {
    return Arrays.stream(output.split("\r"))
        .filter(line -> line.startsWith("\u001b[K") && line.contains("%"))
        .map(line -> line.substring(3))
        .toList();
  }

  @Test
  void aBarIsReadableOnEightyColumnsAndGoneAtTheEnd() throws Exception {
    Run.records(directory.resolve("x.npy"), 20_000, 4096);
    String output =
        output(start(80, "./penstock shuffle x.npy out --shards 2 --memory 8m; echo code $?"));
    assertThat(bars(output))
        .isNotEmpty()
        .allMatch(bar -> bar.length() < 80 && bar.matches("shuffle +[0-9]+% \\[.{12,}\\] .*"));
    assertThat(screen(output).getFirst()).startsWith("directory  out");
    assertThat(screen(output)).contains("code 0").noneMatch(line -> line.contains("%"));
  }

  @Test
  void aNarrowTerminalIsNotOverrun() throws Exception {
    Run.records(directory.resolve("x.npy"), 20_000, 4096);
    String output = output(start(40, "./penstock read x.npy --epochs 3 --batch-size 7"));
    assertThat(bars(output)).isNotEmpty().allMatch(bar -> bar.length() < 40);
    output = output(start(80, "COLUMNS=30 ./penstock read x.npy --epochs 3 --batch-size 7"));
    assertThat(bars(output)).isNotEmpty().allMatch(bar -> bar.length() < 30);
    output = output(start(80, "TERM=dumb ./penstock read x.npy --epochs 3"));
    assertThat(output).contains("records").doesNotContain("\u001b");
  }

  @Test
  void controlCLeavesOneLineOfItsOwn() throws Exception {
    Run.records(directory.resolve("x.npy"), 20_000, 64);
    Process process =
        start(
            80,
            "trap : INT; ./penstock read x.npy --epochs 1000000 --batch-size 1 --state run.state;"
                + " echo code $?");
    InputStream from = process.getInputStream();
    StringBuilder seen = new StringBuilder();
    while (bars(seen.toString()).stream()
        .noneMatch(bar -> bar.matches(".* [1-9][0-9,]* records.*"))) {
      int next = from.read();
      assertThat(next).as(seen.toString()).isNotNegative();
      seen.append((char) next);
    }
    process.getOutputStream().write(3); // as ^C is typed
    process.getOutputStream().flush();
    seen.append(output(process));
    List<String> screen = screen(seen.toString());
    assertThat(screen).contains("code 130");
    assertThat(screen.getFirst())
        .matches(
            "penstock: interrupted after [0-9,]+ of 20,000,000,000 records, [0-9.]+ [KMG]iB; state"
                + " saved in"
                + " run.state: run the same command to go on");
  }
}

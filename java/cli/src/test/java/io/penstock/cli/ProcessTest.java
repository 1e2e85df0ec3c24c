package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What only a process of its own shows: exit codes, pipes, streams. Started with this JVM and its
 * class path, not by the launcher, which would start a build inside of the build.
 */
final class ProcessTest {
  @TempDir Path directory;

  /** Output and exit code of a shell script in which "penstock" is the command line. */
  private record Shell(int code, String out, String err) {}

  private Shell shell(String script) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String function =
        "penstock() { \"$JAVA\" --enable-native-access=ALL-UNNAMED -cp \"$CLASS_PATH\""
            + " io.penstock.cli.Main \"$@\"; }\n";
    Path err = directory.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", function + script)
            .directory(directory.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA", java);
    builder.environment().put("CLASS_PATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Shell(process.waitFor(), out, Files.readString(err));
  }

  @Test
  void headEndsReadQuietly() throws IOException, InterruptedException {
    Run.records(directory.resolve("x.npy"), 100_000, 64);
    Shell shell =
        shell("penstock read x.npy --epochs 100 --out - | head -c 10; echo \" ${PIPESTATUS[0]}\"");
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out()).endsWith(" " + ExitCodes.OUTPUT_CLOSED + "\n");
  }

  @Test
  void aFullDiskBehindStdoutIsAFailure() throws IOException, InterruptedException {
    Run.records(directory.resolve("x.npy"), 100, 64);
    Shell shell = shell("penstock info x.npy > /dev/full");
    assertThat(shell.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(shell.err()).hasLineCount(1).startsWith("penstock: ").contains("stdout");
  }

  @Test
  void exitCodesReachTheShell() throws IOException, InterruptedException {
    Run.records(directory.resolve("x.npy"), 100, 64);
    Shell shell =
        shell(
            """
            penstock read x.npy --json; echo $?
            penstock read missing.npy; echo $?
            penstock read x.npy --frobnicate; echo $?
            """);
    List<String> lines = shell.out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).startsWith("{").endsWith("}");
    assertThat(lines.subList(1, 4)).containsExactly("0", "1", "2");
    assertThat(shell.err()).hasLineCount(2);
  }

  @Test
  void stdoutIsOnlyTheData() throws IOException, InterruptedException {
    Run.records(directory.resolve("x.npy"), 1000, 3);
    Shell shell = shell("penstock read x.npy --shuffle none --out - | cmp - <(tail -c 3000 x.npy)");
    assertThat(shell.code()).as(shell.out() + shell.err()).isZero();
  }

  @Test
  void memoryStaysWithinItsBudget() throws IOException, InterruptedException {
    Run.records(directory.resolve("small.npy"), 1000, 4096);
    long own = peakRssBytes("penstock read small.npy --memory 4m --json");
    // Sparse: its blocks take no room, and reading them no disk.
    long records = (8L << 30) / 4096;
    Path big =
        Run.npy(directory.resolve("big.npy"), "'|u1'", "(" + records + ", 4096)", new byte[0]);
    try (FileChannel file = FileChannel.open(big, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 128 + records * 4096 - 1);
    }
    long budget = 256L << 20;
    long allowance = 32L << 20;
    // Both ways of reading: by windows, which fill the budget, and some batches ahead.
    for (String flags : new String[] {"mergeGap=64m", "mergeGap=0"}) {
      long peak =
          peakRssBytes(
              "penstock read big.npy --memory 256m --limit 600 --json --readahead " + flags);
      assertThat(peak).as(flags).isLessThan(own + budget + allowance);
    }
  }

  private long peakRssBytes(String command) throws IOException, InterruptedException {
    Shell shell = shell(command);
    assertThat(shell.code()).as(shell.err()).isZero();
    return JsonParser.parseString(shell.out()).getAsJsonObject().get("peakRssBytes").getAsLong();
  }

  @Test
  void namesInAnyEncodingAreReadInAnyLocale() throws IOException, InterruptedException {
    Shell shell =
        shell(
            """
            mkdir -p d/$'caf\\xe9' d/$'\\xc3\\xa4' d/z
            printf one > d/$'caf\\xe9'/$'na\\xefve'
            printf second > d/$'\\xc3\\xa4'/$'\\xe2\\x82\\xac'
            printf third.. > d/z/3
            for locale in C C.UTF-8; do
              export LC_ALL=$locale
              penstock read d 'd#label' --folder-index i.$locale --json --digest --shuffle none |
                  grep -o '"digest":{[^}]*}'
              penstock info d --folder-index i.$locale | grep classes
            done
            penstock info d/$'caf\\xe9'/$'na\\xefve'
            """);
    assertThat(shell.err()).hasLineCount(1).contains("name a link to it");
    List<String> lines = shell.out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).isNotBlank().isEqualTo(lines.get(2));
    assertThat(lines.get(3)).isEqualTo("classes            0 caf\\xe9, 1 z, 2 ä");
  }
}

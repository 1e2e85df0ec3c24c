package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Streams;
import io.penstock.cli.help.Examples;
import io.penstock.cli.help.UnbrokenHelp;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What --help and --version say. */
final class HelpTest {
  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionOfACommandStatesItsDefault(String command) {
    CommandLine line = program().getSubcommands().get(command);
    Run run = Run.of(command, "--help");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.err()).isEmpty();
    for (OptionSpec option : line.getCommandSpec().options()) {
      assertThat(run.text()).contains(option.longestName());
      if (!option.usageHelp() && !option.versionHelp()) {
        assertThat(String.join(" ", option.description()))
            .as(option.longestName())
            .containsIgnoringCase("default");
      }
    }
  }

  @Test
  void helpOfReadShowsDefaultsAndUnits() {
    String help = Run.of("read", "--help").text().replaceAll("\\s+", " ");
    assertThat(help)
        .contains("Records in a batch. Default: 256.")
        .contains("as in the file. Default: full.")
        .contains("in bytes or with k, m, g")
        .contains("at most 1g.")
        .contains("queueDepth=64")
        .contains("backend=auto|uring|pread|mmap")
        .contains("any 64-bit number, with a sign or, from 2^63 on, without one. Default: 0.")
        .contains("141");
  }

  @Test
  void helpFitsIntoAHundredColumns() {
    for (String command : commands()) {
      assertThat(Run.of(command, "--help").lines()).allMatch(line -> line.length() <= 100);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasAHeaderAndExamplesThatAreUnderstood(String command) {
    List<String> help = Run.of(command, "--help").lines();
    assertThat(help.getFirst()).matches("[A-Z].*\\.");
    assertThat(Examples.of(command)).hasSizeBetween(1, 3);
    assertThat(help).contains("Examples:").allMatch(line -> line.length() <= 100);
    for (String example : Examples.of(command)) {
      assertThat(help).contains("  " + example);
      List<String> words =
          Pattern.compile("'([^']*)'|\\S+")
              .matcher(example)
              .results()
              .map(word -> word.group(1) == null ? word.group() : word.group(1))
              .toList();
      assertThat(words).startsWith("penstock", command);
      program().parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    }
  }

  private static CommandLine program() {
    return Main.commandLine(
        new Streams(
            Channels.newChannel(System.out), false, new PrintWriter(new StringWriter()), false));
  }

  static Set<String> commands() {
    return program().getSubcommands().keySet();
  }

  @Test
  void parametersAreShownAsTheyAreTyped() {
    assertThat(Run.of("read", "--help").text())
        .contains("\n      --mix=WEIGHT[,WEIGHT...]  ")
        .doesNotContain("WEIGHT...][");
    assertThat(Run.of("shuffle", "--help").text())
        .contains("Usage: penstock shuffle [OPTIONS] PATH... DIR");
    assertThat(Run.of("read", "--help").text().replaceAll("\\s+", " "))
        .contains("--indices=FILE Write the index of each record")
        .contains("A file that exists is replaced");
  }

  @Test
  void topLevelHelpNamesTheCommands() {
    Run run = Run.of("--help");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text()).contains("demo", "info", "read", "Exit codes");
  }

  @Test
  void versionIsThatOfTheBuild() {
    Run run = Run.of("--version");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text()).matches("penstock [0-9]+\\.[0-9]+\\.[0-9]+\\S* \\(JDK .+\\)\\R");
    assertThat(Run.of("read", "--version").text()).isEqualTo(run.text());
  }

  /** Of labels.npy, --batch-size and a|b no line has only a part. */
  @ParameterizedTest
  @MethodSource("commands")
  void noLineEndsWithinAName(String command) {
    for (int columns : new int[] {60, 80, 100}) {
      CommandLine line = program().getSubcommands().get(command);
      line.setUsageHelpAutoWidth(false).setUsageHelpWidth(columns);
      List<String> lines = UnbrokenHelp.plain(line.getUsageMessage()).lines().toList();
      assertThat(lines).noneMatch(text -> text.matches(".*\\S[-|/#]|.*\\s\\."));
      for (int i = 1; i < lines.size(); i++) {
        boolean isBroken =
            lines.get(i - 1).endsWith(".") && lines.get(i).strip().matches("[a-z0-9].*");
        assertThat(isBroken).as(lines.get(i - 1) + "\n" + lines.get(i)).isFalse();
      }
    }
  }

  @Test
  void helpOfACommandIsTheSameBothWays() {
    for (String command : commands()) {
      assertThat(Run.of("help", command).text()).isEqualTo(Run.of(command, "--help").text());
      assertThat(Run.of(command, "-h").text()).isEqualTo(Run.of(command, "--help").text());
    }
    assertThat(Run.of("help").text()).isEqualTo(Run.of("--help").text()).contains("-h, --help");
    assertThat(Run.of("-V").text()).isEqualTo(Run.of("--version").text());
  }

  @Test
  void bashCompletesWhatTheScriptSays(@TempDir Path directory) throws Exception {
    Path script = directory.resolve("completion");
    Files.write(script, Run.of("completion").out());
    assertThat(completed(script, "penstock", "sh")).contains("shuffle");
    assertThat(completed(script, "penstock", "read", "--batch"))
        .contains("--batch-size", "--batch-bytes");
    assertThat(completed(script, "penstock", "read", "--shuffle", ""))
        .containsExactlyInAnyOrder("full", "block", "none");
    assertThat(completed(script, "penstock", "read", "--remainder", "d")).containsExactly("drop");
  }

  /** What bash offers for the last of some words. */
  private static List<String> completed(Path script, String... words) throws Exception {
    assumeTrue(Files.exists(Path.of("/bin/bash")), "no bash here");
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/bash",
                "--norc",
                "-c",
                "compopt() { :; }; source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                    + " COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE}; _complete_penstock; printf"
                    + " '%s\\n"
                    + "' \"${COMPREPLY[@]}\"",
                script.toString()));
    command.addAll(List.of(words));
    Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output.lines().map(String::strip).toList();
  }
}

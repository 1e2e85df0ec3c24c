package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What --help and --version say. */
final class HelpTest {
  @ParameterizedTest
  @ValueSource(strings = {"convert", "create", "demo", "info", "read", "take"})
  void everyOptionOfACommandStatesItsDefault(String command) {
    Streams streams =
        new Streams(
            Channels.newChannel(System.out), false, new PrintWriter(new StringWriter()), false);
    CommandLine line = Main.commandLine(new PenstockCommand(streams)).getSubcommands().get(command);
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
        .contains("Default: 1g.")
        .contains("queueDepth=64")
        .contains("backend=auto|uring|pread|mmap")
        .contains("any 64-bit number. Default: 0.")
        .contains("141");
  }

  @Test
  void helpFitsIntoAHundredColumns() {
    for (String command : new String[] {"convert", "create", "demo", "info", "read", "take"}) {
      assertThat(Run.of(command, "--help").lines()).allMatch(line -> line.length() <= 100);
    }
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
}

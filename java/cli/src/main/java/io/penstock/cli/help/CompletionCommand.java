package io.penstock.cli.help;

import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Streams;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code completion}: prints the script with which a shell completes commands and options. */
@Command(
    name = "completion",
    header = "Prints a script that completes commands, options and values in bash and zsh.",
    description = {
      "For this shell: source <(penstock completion). For all bash shells, write it to a file that"
          + " they read, such as ~/.local/share/bash-completion/completions/penstock."
    })
public final class CompletionCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    streams.print(AutoComplete.bash("penstock", spec.parent().commandLine()));
    return ExitCodes.DONE;
  }
}

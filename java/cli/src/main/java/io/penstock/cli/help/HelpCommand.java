package io.penstock.cli.help;

import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.text.Suggestions;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code help}: another way to ask for the help of a command. */
@Command(
    name = "help",
    header = "Shows the help of a command, as COMMAND --help does.",
    description = "Without a COMMAND, lists all of them.")
public final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..1",
      description = "One of the commands. Default: a list of all.")
  private String command;

  @Override
  public Integer call() {
    CommandLine program = spec.parent().commandLine();
    CommandLine shown = command == null ? program : program.getSubcommands().get(command);
    if (shown == null) {
      throw new ParameterException(
          spec.commandLine(),
          "expected a command, found '%s'%s"
              .formatted(command, Suggestions.of(command, program.getSubcommands().keySet())));
    }
    shown.usage(spec.commandLine().getOut());
    return ExitCodes.DONE;
  }
}

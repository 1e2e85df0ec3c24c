package io.penstock.cli;

import io.penstock.cli.check.ChecksumCommand;
import io.penstock.cli.check.VerifyCommand;
import io.penstock.cli.command.Streams;
import io.penstock.cli.demo.DemoCommand;
import io.penstock.cli.help.CompletionCommand;
import io.penstock.cli.help.HelpCommand;
import io.penstock.cli.help.Version;
import io.penstock.cli.info.InfoCommand;
import io.penstock.cli.make.ConvertCommand;
import io.penstock.cli.make.CreateCommand;
import io.penstock.cli.make.ShuffleCommand;
import io.penstock.cli.make.TakeCommand;
import io.penstock.cli.order.OrderCommand;
import io.penstock.cli.read.ReadCommand;
import io.penstock.cli.tune.TuneCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program itself: its commands, and what they share. Does nothing without a command. */
@Command(
    name = "penstock",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    header = "Shuffled batches of arrays that are larger than memory.",
    description = "penstock help COMMAND, or COMMAND --help, describes a command.",
    versionProvider = Version.class,
    subcommands = {
      ChecksumCommand.class,
      CompletionCommand.class,
      ConvertCommand.class,
      CreateCommand.class,
      DemoCommand.class,
      HelpCommand.class,
      InfoCommand.class,
      OrderCommand.class,
      ReadCommand.class,
      ShuffleCommand.class,
      TakeCommand.class,
      TuneCommand.class,
      VerifyCommand.class
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    optionListHeading = "%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; one line on stderr says what, and what to do",
      "2:wrong usage: an unknown option or a value that is not allowed",
      "129, 130, 143:ended by SIGHUP, SIGINT (^C) or SIGTERM; one line on stderr says what was"
          + " done, and how to continue",
      "141:the reader of stdout has gone, as in: penstock read x.npy --out - | head -c 10"
    })
public final class PenstockCommand implements Runnable {
  private final Streams streams;

  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of a failure as well. Default: one line.")
  private boolean isDebug;

  public PenstockCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "expected a command, one of "
            + String.join(", ", spec.subcommands().keySet())
            + ", found none");
  }

  public Streams streams() {
    return streams;
  }

  public boolean isDebug() {
    return isDebug;
  }
}

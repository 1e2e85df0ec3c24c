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
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The program itself: its commands, and the options that all of them have. Does nothing without a
 * command.
 */
@Command(
    name = "penstock",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    header = "Shuffled batches of arrays that are larger than memory.",
    description = "penstock help COMMAND, or COMMAND --help, describes a command.",
    versionProvider = Version.class,
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
final class PenstockCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of a failure as well. Default: one line.")
  private boolean isDebug;

  @Option(
      names = "--index-dir",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description =
          "Where to keep the indexes of files that are scanned for their records, such as tar, and"
              + " of folders; created if it does not exist. Default: NAME.penstock-index beside"
              + " each, or ~/.cache/penstock if nothing can be written there.")
  private Path indexDirectory;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "expected a command, one of "
            + String.join(", ", spec.subcommands().keySet())
            + ", found none");
  }

  /** The commands, in the order in which help lists them. */
  static List<Object> commands(Streams streams) {
    return List.of(
        new ChecksumCommand(streams),
        new CompletionCommand(streams),
        new ConvertCommand(streams),
        new CreateCommand(streams),
        new DemoCommand(streams),
        new HelpCommand(),
        new InfoCommand(streams),
        new OrderCommand(streams),
        new ReadCommand(streams),
        new ShuffleCommand(streams),
        new TakeCommand(streams),
        new TuneCommand(streams),
        new VerifyCommand(streams));
  }

  /** Null if none was named. */
  Path indexDirectory() {
    return indexDirectory;
  }

  boolean isDebug() {
    return isDebug;
  }
}

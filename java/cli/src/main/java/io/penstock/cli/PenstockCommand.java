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
import io.penstock.cli.tune.PlanCommand;
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
  /** The commands, in the order in which help lists them. */
  static final List<String> NAMES =
      List.of(
          "checksum",
          "completion",
          "convert",
          "create",
          "demo",
          "help",
          "info",
          "order",
          "plan",
          "read",
          "shuffle",
          "take",
          "tune",
          "verify");

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

  /**
   * The commands that these arguments can mean. picocli reads every option of a command by
   * reflection, so a command that is named alone is made alone; help, completion and messages about
   * unknown commands list all.
   */
  static List<String> meantBy(String... arguments) {
    if (arguments.length == 0) {
      return NAMES;
    }
    String first = arguments[0];
    return NAMES.contains(first) && !first.equals("help") && !first.equals("completion")
        ? List.of(first)
        : NAMES;
  }

  /** Makes the command of this name, one of {@link #NAMES}. */
  static Object command(String name, Streams streams) {
    return switch (name) {
      case "checksum" -> new ChecksumCommand(streams);
      case "completion" -> new CompletionCommand(streams);
      case "convert" -> new ConvertCommand(streams);
      case "create" -> new CreateCommand(streams);
      case "demo" -> new DemoCommand(streams);
      case "help" -> new HelpCommand();
      case "info" -> new InfoCommand(streams);
      case "order" -> new OrderCommand(streams);
      case "plan" -> new PlanCommand(streams);
      case "read" -> new ReadCommand(streams);
      case "shuffle" -> new ShuffleCommand(streams);
      case "take" -> new TakeCommand(streams);
      case "tune" -> new TuneCommand(streams);
      case "verify" -> new VerifyCommand(streams);
      default -> throw new IllegalArgumentException("no command: " + name);
    };
  }

  /** Null if none was named. */
  Path indexDirectory() {
    return indexDirectory;
  }

  boolean isDebug() {
    return isDebug;
  }
}

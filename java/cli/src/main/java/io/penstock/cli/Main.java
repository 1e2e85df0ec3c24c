package io.penstock.cli;

import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Failures;
import io.penstock.cli.command.Streams;
import io.penstock.cli.help.Examples;
import io.penstock.cli.help.StreamsWriter;
import io.penstock.cli.help.UnbrokenHelp;
import io.penstock.cli.options.NumberConverters;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;

/**
 * The command line: `java/bin/penstock COMMAND`.
 *
 * <p>It parses, runs one command and reports how that ended. The only place that ends the JVM;
 * tests call {@link #run} and get the exit code.
 */
public final class Main {
  private Main() {}

  /**
   * Runs a command and exits.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    // Scripts read what is printed: digits and decimal points are the same for everybody.
    Locale.setDefault(Locale.ROOT);
    // What the library warns of goes through the JDK's logger: one line, as all that is said.
    System.setProperty("java.util.logging.SimpleFormatter.format", "penstock: %5$s%n");
    Streams streams = Streams.ofProcess();
    streams.interruption().install();
    int code = run(streams, arguments);
    streams.interruption().over();
    System.exit(code);
  }

  /**
   * Runs a command.
   *
   * @param streams where its output goes
   * @param arguments as typed
   * @return one of {@link ExitCodes}
   */
  public static int run(Streams streams, String... arguments) {
    CommandLine line = commandLine(streams);
    try {
      return line.execute(arguments);
    } catch (Error e) {
      // What picocli lets through. It ends the command, not the explanation.
      return Failures.report(e, streams, line.<PenstockCommand>getCommand().isDebug());
    }
  }

  /**
   * The commands with everything set but the arguments.
   *
   * @param streams where their output goes
   * @return what tests look at the options of
   */
  public static CommandLine commandLine(Streams streams) {
    PenstockCommand penstock = new PenstockCommand();
    IParameterExceptionHandler usage =
        (failure, _) -> Failures.reportUsage(failure, streams, penstock.isDebug());
    IExecutionExceptionHandler failed =
        (failure, _, _) -> Failures.report(failure, streams, penstock.isDebug());
    CommandLine line = new CommandLine(penstock);
    PenstockCommand.commands(streams).forEach(line::addSubcommand);
    Examples.addTo(line);
    UnbrokenHelp.addTo(line);
    NumberConverters.addTo(line);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        // Otherwise a forgotten value swallows the next option.
        .setAllowOptionsAsOptionParameters(false)
        .setOverwrittenOptionsAllowed(false)
        .setUsageHelpLongOptionsMaxWidth(28)
        .setUsageHelpWidth(100)
        .setOut(new PrintWriter(new StreamsWriter(streams), true))
        .setErr(streams.err())
        .setParameterExceptionHandler(usage)
        .setExecutionExceptionHandler(failed);
  }
}

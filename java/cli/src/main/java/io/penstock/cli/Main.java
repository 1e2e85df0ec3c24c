package io.penstock.cli;

import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Failures;
import io.penstock.cli.command.IndexingBar;
import io.penstock.cli.command.Streams;
import io.penstock.cli.help.Examples;
import io.penstock.cli.help.StreamsWriter;
import io.penstock.cli.help.UnbrokenHelp;
import io.penstock.cli.help.Version;
import io.penstock.cli.options.NumberConverters;
import io.penstock.internal.index.IndexPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * The command line: `java/bin/penstock COMMAND`.
 *
 * <p>Parses the arguments, runs one command and reports how it ended. Only {@link #main} ends the
 * JVM; tests call {@link #run} and get the exit code.
 */
public final class Main {
  private Main() {}

  /**
   * Runs a command and exits.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    // Scripts parse the output: digits and decimal points must not depend on the locale.
    Locale.setDefault(Locale.ROOT);
    // Warnings of the library come through the JDK's logger: print them as one line, like ours.
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
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      return printVersion(streams);
    }
    CommandLine line = commandLine(streams, PenstockCommand.meantBy(arguments));
    try {
      return line.execute(arguments);
    } catch (Error e) {
      // picocli does not catch Errors: report them like any other failure.
      return Failures.report(e, streams, line.<PenstockCommand>getCommand().isDebug());
    }
  }

  /** Scripts ask for it often: without picocli it takes half the time. */
  private static int printVersion(Streams streams) {
    try {
      for (String line : new Version().getVersion()) {
        streams.print(line + "\n");
      }
      return ExitCodes.DONE;
    } catch (IOException e) {
      return Failures.report(e, streams, false);
    }
  }

  /**
   * Runs the command that was parsed; containers that it opens have their indexes where they
   * should.
   */
  private static int withIndexes(Streams streams, PenstockCommand penstock, ParseResult parsed) {
    String before = System.getProperty(IndexPlaces.PROPERTY);
    try (IndexingBar _ = IndexingBar.watch(streams)) {
      if (penstock.indexDirectory() != null) {
        System.setProperty(IndexPlaces.PROPERTY, penstock.indexDirectory().toString());
      }
      return new RunLast().execute(parsed);
    } finally {
      if (before == null) {
        System.clearProperty(IndexPlaces.PROPERTY);
      } else {
        System.setProperty(IndexPlaces.PROPERTY, before);
      }
    }
  }

  /**
   * All commands with everything set but the arguments.
   *
   * @param streams where their output goes
   * @return the program; tests look at its options
   */
  public static CommandLine commandLine(Streams streams) {
    return commandLine(streams, PenstockCommand.NAMES);
  }

  private static CommandLine commandLine(Streams streams, List<String> names) {
    PenstockCommand penstock = new PenstockCommand();
    IParameterExceptionHandler usage =
        (failure, _) -> Failures.reportUsage(failure, streams, penstock.isDebug());
    IExecutionExceptionHandler failed =
        (failure, _, _) -> Failures.report(failure, streams, penstock.isDebug());
    CommandLine line = new CommandLine(penstock);
    for (String name : names) {
      line.addSubcommand(PenstockCommand.command(name, streams));
    }
    Examples.addTo(line);
    UnbrokenHelp.addTo(line);
    NumberConverters.addTo(line);
    line.setExecutionStrategy(parsed -> withIndexes(streams, penstock, parsed));
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

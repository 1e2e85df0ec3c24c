package io.penstock.cli.command;

import io.penstock.cli.text.Human;
import io.penstock.cli.text.OptionNames;
import io.penstock.cli.text.Suggestions;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.ThreadLimit;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns any failure of a command into one line on stderr and an exit code.
 *
 * <p>This is the only place that decides on either; commands just throw. Stack traces are shown
 * with --debug only: the line says what the user can do.
 */
public final class Failures {
  private Failures() {}

  /** Reports what ended a command that was understood; returns the exit code. */
  public static int report(Throwable failure, Streams streams, boolean isDebug) {
    if (failure instanceof OutputClosedException && !isDebug) {
      return ExitCodes.OUTPUT_CLOSED;
    }
    if (failure instanceof SeveralFailures several) {
      several.failures().forEach(one -> report(one, streams, isDebug));
      return ExitCodes.FAILED;
    }
    streams.say(message(failure));
    if (isDebug) {
      failure.printStackTrace(streams.err());
      streams.err().flush();
    }
    return code(failure);
  }

  /** Reports that the command line was not understood; returns the exit code. */
  public static int reportUsage(ParameterException failure, Streams streams, boolean isDebug) {
    CommandLine command = failure.getCommandLine();
    String message = usage(failure);
    String program = command.getCommandSpec().qualifiedName();
    streams.say(message + " (" + program + " --help tells more)");
    if (isDebug) {
      failure.printStackTrace(streams.err());
      streams.err().flush();
    }
    return ExitCodes.USAGE;
  }

  private static String usage(ParameterException failure) {
    if (!(failure instanceof UnmatchedArgumentException unmatched)) {
      return failure.getMessage();
    }
    CommandLine command = failure.getCommandLine();
    String typed = unmatched.getUnmatched().getFirst();
    if (typed.startsWith("-")) {
      return "unknown option '"
          + typed
          + "'"
          + Suggestions.of(nameOf(typed), command.getCommandSpec().optionsMap().keySet());
    }
    return command.getSubcommands().isEmpty()
        ? "expected nothing more, found '" + typed + "'"
        : "unknown command '"
            + typed
            + "'"
            + Suggestions.of(typed, command.getSubcommands().keySet());
  }

  /** The name in an option with a value, such as --seed=1. */
  private static String nameOf(String option) {
    int equals = option.indexOf('=');
    return equals < 0 ? option : option.substring(0, equals);
  }

  private static int code(Throwable failure) {
    return switch (failure) {
      case OutputClosedException _ -> ExitCodes.OUTPUT_CLOSED;
      // How the library refuses the value of an option or a property.
      case IllegalArgumentException _ -> ExitCodes.USAGE;
      default -> ExitCodes.FAILED;
    };
  }

  /** The line that reports a failure. */
  public static String message(Throwable failure) {
    return switch (failure) {
      case PenstockException e -> e.getMessage();
      case InvalidPathException e ->
          "'%s' is no file name in this locale (%s): set LC_ALL=C.UTF-8"
              .formatted(e.getInput(), System.getProperty("native.encoding"));
      case IllegalArgumentException e when e.getMessage() != null -> OptionNames.in(e.getMessage());
      case NoSuchFileException e -> e.getFile() + ": no such file or directory: check the path";
      case AccessDeniedException e ->
          e.getFile() + ": permission denied: check its mode and those of the directories above";
      case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
      case FileSystemException e -> e.getFile() + ": " + e.getClass().getSimpleName();
      case IOException e when e.getMessage() != null -> e.getMessage();
      case OutOfMemoryError e when ThreadLimit.isReached(e) -> ThreadLimit.words();
      case OutOfMemoryError e when ("" + e.getMessage()).contains("heap space") ->
          "Java's heap of at most %s is full: start with a larger one, as"
                  .formatted(Human.bytes(Runtime.getRuntime().maxMemory()))
              + " PENSTOCK_JAVA_OPTS=-Xmx8g";
      case OutOfMemoryError e ->
          "not enough memory (" + e.getMessage() + "): lower --memory or --batch-size";
      default -> "this should not happen: " + failure + ": run it with --debug and report it";
    };
  }
}

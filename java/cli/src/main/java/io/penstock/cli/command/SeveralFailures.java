package io.penstock.cli.command;

import java.io.Serial;
import java.util.List;

/**
 * Ends a command that looks at several paths, and at all of them whatever is wrong with some: each
 * failure is reported in a line of its own.
 */
public final class SeveralFailures extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Puts them together.
   *
   * @param failures at least one, in the order of the paths
   */
  public SeveralFailures(List<? extends Exception> failures) {
    super(failures.size() + " failures");
    failures.forEach(this::addSuppressed);
  }

  List<Throwable> failures() {
    return List.of(getSuppressed());
  }
}

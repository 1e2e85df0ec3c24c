package io.penstock.cli.command;

import java.io.IOException;

/** The reader of stdout has gone. That is no failure, so the command ends without a message. */
final class OutputClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  OutputClosedException(IOException cause) {
    super("stdout was closed by its reader", cause);
  }
}

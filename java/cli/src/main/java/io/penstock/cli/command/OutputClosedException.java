package io.penstock.cli.command;

import java.io.IOException;

/** Whoever read stdout has gone. Nobody's fault, so it ends the command without a word. */
final class OutputClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  OutputClosedException(IOException cause) {
    super("stdout was closed by its reader", cause);
  }
}

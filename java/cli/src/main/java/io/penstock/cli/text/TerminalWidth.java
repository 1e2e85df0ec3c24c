package io.penstock.cli.text;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The width of the terminal. Asks stty about the controlling terminal: stdout and stderr may be
 * redirected.
 */
public final class TerminalWidth {
  private static final int DEFAULT_COLUMNS = 80;
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("([0-9]{1,5}) ([0-9]{1,5})\\s*");

  private TerminalWidth() {}

  /** Columns: those of the variable COLUMNS, or else of the controlling terminal, or else 80. */
  public static int columns() {
    String given = System.getenv("COLUMNS");
    if (given != null && given.matches("[1-9][0-9]{1,4}")) {
      return Integer.parseInt(given);
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        String answer = new String(stty.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
        Matcher size = ROWS_AND_COLUMNS.matcher(answer);
        int columns = size.matches() ? Integer.parseInt(size.group(2)) : 0;
        return columns > 0 ? columns : DEFAULT_COLUMNS;
      } finally {
        stty.destroy();
      }
    } catch (IOException e) {
      return DEFAULT_COLUMNS;
    }
  }
}

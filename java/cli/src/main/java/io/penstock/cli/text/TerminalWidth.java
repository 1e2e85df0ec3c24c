package io.penstock.cli.text;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How wide the terminal is. Asked of stty, about the controlling terminal: stdout and stderr may
 * lead elsewhere.
 */
public final class TerminalWidth {
  private static final int DEFAULT_COLUMNS = 80;
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("([0-9]{1,5}) ([0-9]{1,5})\\s*");

  private TerminalWidth() {}

  /** Characters in a line, from COLUMNS or the controlling terminal; 80 if neither says. */
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

package io.penstock.cli.text;

/**
 * Makes one line of any text: names of files may hold line ends, and bytes that steer a terminal.
 */
public final class OneLine {
  private OneLine() {}

  /** The text with line ends as blanks and other control characters as '?'. */
  public static String of(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }
}

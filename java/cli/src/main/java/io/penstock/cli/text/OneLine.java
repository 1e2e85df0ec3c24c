package io.penstock.cli.text;

/** Makes one line of any text: file names may contain line ends, and terminal control codes. */
public final class OneLine {
  private OneLine() {}

  /** The text with blanks for line ends and '?' for other control characters. */
  public static String of(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }
}

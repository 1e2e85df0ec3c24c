package io.penstock.cli.options;

import picocli.CommandLine.Option;

/** Which files of a folder are records: a pattern of names. */
public final class PatternOption {
  private static final String ALL = "*";

  @Option(
      names = "--pattern",
      paramLabel = "NAME[,NAME...]",
      defaultValue = ALL,
      description =
          "For a folder: only files with these names, in sub-folders too. Stars and question marks"
              + " stand for any characters; !NAME leaves out files and folders:"
              + " '*.jpg,*.png,!thumbs'. Default: all, except names that begin with a dot, and"
              + " lost+found.")
  private String text;

  boolean isDefault() {
    return text.equals(ALL);
  }

  public String text() {
    return text;
  }
}

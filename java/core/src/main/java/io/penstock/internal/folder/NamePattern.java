package io.penstock.internal.folder;

import io.penstock.internal.format.ShardPaths;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Selects files of a folder by their names: {@code *.jpg,*.jpeg,!thumbs}.
 *
 * <p>Patterns are separated by commas; a star stands for any characters and a question mark for
 * one. A file is selected if one of them matches; a pattern that begins with an exclamation mark
 * leaves out what it matches, files and whole folders. Names that begin with a dot match only a
 * pattern that does, and {@code lost+found} is never selected: the system keeps it at the top of a
 * file system.
 */
final class NamePattern {
  private static final String LOST_AND_FOUND = "lost+found";

  private final String text;
  private final List<Pattern> meant = new ArrayList<>();
  private final List<Pattern> meantWithDots = new ArrayList<>();
  private final List<Pattern> leftOut = new ArrayList<>();

  NamePattern(String text) {
    this.text = text;
    for (String word : text.split(",", -1)) {
      if (word.isEmpty() || word.equals("!") || word.indexOf('/') >= 0) {
        throw new IllegalArgumentException(
            "pattern must be names with commas between, as *.jpg,*.png,!thumbs, was '%s'"
                .formatted(text));
      }
      if (word.startsWith("!")) {
        leftOut.add(ShardPaths.pattern(word.substring(1)));
      } else {
        (word.startsWith(".") ? meantWithDots : meant).add(ShardPaths.pattern(word));
      }
    }
    if (meant.isEmpty() && meantWithDots.isEmpty()) {
      meant.add(ShardPaths.pattern("*"));
    }
  }

  /** Whether a file of this name is a record. */
  boolean matches(String name) {
    return matches(name.startsWith(".") ? meantWithDots : meant, name) && !matches(leftOut, name);
  }

  /** Whether a folder of this name is skipped, and is not a class. */
  boolean leavesOutFolder(String name) {
    return name.startsWith(".") || name.equals(LOST_AND_FOUND) || matches(leftOut, name);
  }

  private static boolean matches(List<Pattern> patterns, String name) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return text;
  }
}

package io.penstock.cli.text;

import java.util.Map;
import java.util.regex.Pattern;

/** Translates names of library settings into those of command-line options. */
public final class OptionNames {
  /** Words that are settings anywhere in a message. */
  private static final Map<String, String> NAMES =
      Map.of(
          "batchSize", "--batch-size",
          "batchBytes", "--batch-bytes",
          "memoryBytes", "--memory",
          "worldSize", "--world-size",
          "rankGroup", "--rank-group",
          "blockRecords", "--block-records",
          "windowBlocks", "--window-blocks",
          "validationFraction", "--validation");

  private static final Pattern NAME =
      Pattern.compile("(?<![\\w-])(" + String.join("|", NAMES.keySet()) + ")(?!\\w)");

  /** Words that are settings at the start of a message only. */
  private static final Pattern FIRST = Pattern.compile("^(rank|shards|pattern)(?= must )");

  private OptionNames() {}

  /** The message with names of options. */
  public static String in(String message) {
    String named = NAME.matcher(message).replaceAll(found -> NAMES.get(found.group()));
    return FIRST.matcher(named).replaceAll("--$1");
  }
}

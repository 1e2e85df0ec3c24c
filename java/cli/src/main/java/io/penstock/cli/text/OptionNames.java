package io.penstock.cli.text;

import java.util.Map;
import java.util.regex.Pattern;

/** What the library calls its settings, and the command line its options. */
public final class OptionNames {
  /** Words that mean nothing else, wherever they stand. */
  private static final Map<String, String> NAMES =
      Map.of(
          "batchSize", "--batch-size",
          "batchBytes", "--batch-bytes",
          "memoryBytes", "--memory",
          "worldSize", "--world-size",
          "blockRecords", "--block-records",
          "windowBlocks", "--window-blocks",
          "validationFraction", "--validation");

  private static final Pattern NAME =
      Pattern.compile("(?<![\\w-])(" + String.join("|", NAMES.keySet()) + ")(?!\\w)");

  /** Words that are settings where they begin a message. */
  private static final Pattern FIRST = Pattern.compile("^(rank|shards|pattern)(?= must )");

  private OptionNames() {}

  /** The same message with the names that a user of the command line knows. */
  public static String in(String message) {
    String named = NAME.matcher(message).replaceAll(found -> NAMES.get(found.group()));
    return FIRST.matcher(named).replaceAll("--$1");
  }
}

package io.penstock.spark;

import io.penstock.error.PenstockException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * The command for {@code spark-submit}: what {@code penstock shuffle} does, with all executors.
 *
 * <pre>{@code
 * spark-submit --class io.penstock.spark.SparkShuffle --jars penstock.jar penstock-spark.jar \
 *   --shards 64 --seed 7 /data/images.npy /data/labels.npy /data/shuffled
 * }</pre>
 */
public final class SparkShuffle {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private static final String HELP =
      """
      spark-submit [OPTIONS OF SPARK] --class io.penstock.spark.SparkShuffle --jars penstock.jar
        penstock-spark.jar [OPTIONS] PATH... DIR

      Writes records in shuffled order into shards: the same files as penstock shuffle. DIR is
      created; its parent must exist. All paths must mean the same files on all machines.

        --column NAME=PATH[,PATH...]   a column with a name of its own; repeatable
        --offsets NAME=PATH            where the records of a column begin that have different sizes
        --shards COUNT                 files for each column. Default: 1
        --seed NUMBER                  seed of the shuffle. Default: 0
        --bucket BYTES                 memory of a task for records that it puts in order. Default: 64m,
                                       or half the share of a task, if that is less
        --parts COUNT                  tasks that read. Default: one for each 256 MiB
        --checksums                    write a manifest and checksums of records, too, as penstock
                                       checksum does
        --force                        replace DIR, if a shuffle has made it
        --json                         print one JSON object at the end
        --help                         print this
      """;

  private final List<String> paths = new ArrayList<>();
  private final Map<String, List<String>> named = new LinkedHashMap<>();
  private final Map<String, String> offsets = new LinkedHashMap<>();
  private ShardOptions options = ShardOptions.DEFAULT;
  private boolean isJson;
  private boolean isHelp;

  private SparkShuffle() {}

  /**
   * Runs the command, and ends the JVM with its status.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    int status = run(arguments, System.out, System.err);
    if (status != DONE) {
      System.exit(status);
    }
  }

  /** Runs the command; the session is that of spark-submit. */
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    SparkShuffle command = new SparkShuffle();
    try {
      command.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      err.println("penstock: " + e.getMessage() + ": see --help");
      return WRONG_USAGE;
    }
    if (command.isHelp) {
      out.print(HELP);
      return DONE;
    }
    try {
      command.shuffle(out, err);
      return DONE;
    } catch (PenstockException | IllegalArgumentException e) {
      err.println("penstock: " + e.getMessage());
      return FAILED;
    }
  }

  private void parse(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      switch (word) {
        case "--force" -> options = options.replace(true);
        case "--checksums" -> options = options.checksums(true);
        case "--json" -> isJson = true;
        case "--help", "-h" -> isHelp = true;
        default -> {
          if (!word.startsWith("--")) {
            paths.add(word);
          } else {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 && i + 1 == arguments.size()) {
              throw new IllegalArgumentException("expected a value after " + name);
            }
            set(name, equals < 0 ? arguments.get(++i) : word.substring(equals + 1));
          }
        }
      }
    }
    if (!isHelp && paths.size() + named.size() < 2) {
      throw new IllegalArgumentException("expected PATH... DIR, found " + paths);
    }
    if (!isHelp && paths.isEmpty()) {
      throw new IllegalArgumentException("expected DIR, the directory to make, found no path");
    }
  }

  private void set(String option, String value) {
    switch (option) {
      case "--shards" -> options = options.shards((int) number(option, value));
      case "--seed" -> options = options.seed(seed(value));
      case "--bucket" -> options = options.bucketBytes(size(value));
      case "--parts" -> options = options.parts((int) number(option, value));
      case "--column" -> {
        int equals = equalsSign(option, value);
        named.put(value.substring(0, equals), List.of(value.substring(equals + 1).split(",")));
      }
      case "--offsets" -> {
        int equals = equalsSign(option, value);
        offsets.put(value.substring(0, equals), value.substring(equals + 1));
      }
      default -> throw new IllegalArgumentException("expected an option, found " + option);
    }
  }

  private static int equalsSign(String option, String value) {
    int equals = value.indexOf('=');
    if (equals < 1 || equals == value.length() - 1) {
      throw new IllegalArgumentException(option + " must be NAME=PATH, was " + value);
    }
    return equals;
  }

  private static long number(String option, String value) {
    if (!value.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException(option + " must be a number, was " + value);
    }
    return Long.parseLong(value);
  }

  /** Any 64-bit number, with a sign or, from 2^63 on, without one. */
  private static long seed(String value) {
    try {
      return value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--seed must be a 64-bit number, was " + value, e);
    }
  }

  private static long size(String value) {
    if (!value.matches("[0-9]{1,12}[kmgKMG]?")) {
      throw new IllegalArgumentException("--bucket must be bytes, or with k, m, g, was " + value);
    }
    int unit = "kmg".indexOf(Character.toLowerCase(value.charAt(value.length() - 1))) + 1;
    String digits = unit == 0 ? value : value.substring(0, value.length() - 1);
    return Long.parseLong(digits) << (10 * unit);
  }

  private SparkSource source(Map<String, String> left) {
    SparkSource source = SparkSource.of();
    for (String path : paths.subList(0, paths.size() - 1)) {
      String name = SparkSource.columnName(path);
      String divides = left.remove(name);
      source = source.column(name, List.of(path), divides == null ? List.of() : List.of(divides));
    }
    for (Map.Entry<String, List<String>> column : named.entrySet()) {
      String divides = left.remove(column.getKey());
      source =
          source.column(
              column.getKey(), column.getValue(), divides == null ? List.of() : List.of(divides));
    }
    return source;
  }

  /** With a shuffle that does not compress, unless the user says so: most records do not shrink. */
  private static SparkSession session(String name) {
    SparkConf given = new SparkConf();
    SparkSession.Builder builder = SparkSession.builder().appName(name);
    for (String compress : List.of("spark.shuffle.compress", "spark.shuffle.spill.compress")) {
      if (!given.contains(compress)) {
        builder = builder.config(compress, false);
      }
    }
    return builder.getOrCreate();
  }

  private void shuffle(PrintStream out, PrintStream err) {
    Map<String, String> left = new LinkedHashMap<>(offsets);
    SparkSource source = source(left);
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "--offsets must name columns that there are, was " + left.keySet());
    }
    Path directory = Path.of(paths.getLast());
    SparkSession spark = session("penstock shuffle " + directory);
    try {
      ShardReport report =
          PenstockSpark.shuffle(
              spark, source, directory, options, line -> err.println("penstock: " + line));
      if (isJson) {
        out.println(report.toJson());
      } else {
        out.printf(
            "%,d records, %,d bytes in %,d shards: %s%n"
                + "%.1f s, %,.0f MB/s; shuffle: %,d bytes written, %,d read, %,d spilled%n",
            report.records(),
            report.bytes(),
            report.shards(),
            directory,
            report.seconds(),
            report.bytes() / report.seconds() / 1e6,
            report.shuffleBytesWritten(),
            report.shuffleBytesRead(),
            report.spilledBytes());
      }
    } finally {
      spark.stop();
    }
  }
}

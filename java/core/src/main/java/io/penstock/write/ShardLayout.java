package io.penstock.write;

import io.penstock.array.Column;
import io.penstock.sampler.Sampler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How records are divided into shards, and what the files are called: the one place that knows, for
 * {@link DatasetShuffle}, which writes all shards, and for several processes that write one each.
 *
 * <p>Immutable.
 */
public final class ShardLayout {
  private static final int MOST_SHARDS = 100_000;

  private final List<Column> columns;
  private final List<String> names;
  private final long records;
  private final int shards;

  /**
   * Divides records.
   *
   * @param columns of the records: names, types, shapes, and whether sizes differ
   * @param records how many, at least 0
   * @param shards 1 to 100000, and not more than there are records
   * @return the layout
   * @throws IllegalArgumentException if a number is out of range, or two columns would have the
   *     same file
   */
  public static ShardLayout of(List<Column> columns, long records, int shards) {
    if (records < 0) {
      throw new IllegalArgumentException("records must be at least 0, were " + records);
    }
    checkShards(shards, records);
    return new ShardLayout(columns, records, shards);
  }

  private ShardLayout(List<Column> columns, long records, int shards) {
    this.columns = List.copyOf(columns);
    this.names = names(columns);
    this.records = records;
    this.shards = shards;
  }

  /** Refuses a number of shards that cannot be. */
  static void checkShards(int shards, long records) {
    if (shards < 1 || shards > MOST_SHARDS) {
      throw new IllegalArgumentException(
          "shards must be 1 to %d, was %d".formatted(MOST_SHARDS, shards));
    }
    if (shards > Math.max(1, records)) {
      throw new IllegalArgumentException(
          "shards must be at most %d for %d records, was %d"
              .formatted(Math.max(1, records), records, shards));
    }
  }

  /** The first record of a shard. The first shards have one record more, if they differ. */
  static long first(long records, int shards, int shard) {
    return records / shards * shard + Math.min(shard, records % shards);
  }

  /**
   * The position of the first record of a shard.
   *
   * @param shard 0 to the number of shards, of which the last is where all records end
   * @return at least 0
   */
  public long first(int shard) {
    return first(records, shards, Objects.checkIndex(shard, shards + 1));
  }

  /**
   * The shard that has a record.
   *
   * @param position of it, below the number of records
   * @return its number
   */
  public int shardOf(long position) {
    Objects.checkIndex(position, records);
    long more = records % shards;
    long least = records / shards;
    long inLarger = more * (least + 1);
    return (int)
        (position < inLarger ? position / (least + 1) : more + (position - inLarger) / least);
  }

  /**
   * How many records there are.
   *
   * @return their number
   */
  public long records() {
    return records;
  }

  /**
   * How many shards there are of each column.
   *
   * @return at least 1
   */
  public int shards() {
    return shards;
  }

  /**
   * The columns.
   *
   * @return as they were given
   */
  public List<Column> columns() {
    return columns;
  }

  /**
   * The name of the file of a shard.
   *
   * @param column number of the column
   * @param shard its number
   * @return as "images-00000.npy"
   */
  public String fileName(int column, int shard) {
    return ShuffleNote.shard(names.get(column), shard);
  }

  /**
   * The name of the file that says where the records of a shard begin.
   *
   * @param column number of a column whose records have different sizes
   * @param shard its number
   * @return as "texts.offsets-00000.npy"
   */
  public String offsetsFileName(int column, int shard) {
    return ShuffleNote.shard(offsetsName(names.get(column)), shard);
  }

  /**
   * The pattern of the files of a column.
   *
   * @param column number of the column
   * @return as "images-*.npy"
   */
  public String filePattern(int column) {
    return ShuffleNote.pattern(names.get(column));
  }

  /**
   * The pattern of the files that say where the records of a column begin.
   *
   * @param column number of a column whose records have different sizes
   * @return as "texts.offsets-*.npy"
   */
  public String offsetsFilePattern(int column) {
    return ShuffleNote.pattern(offsetsName(names.get(column)));
  }

  /**
   * The names of all files of a shard.
   *
   * @param shard its number
   * @return those of each column, in their order; offsets follow their values
   */
  public List<String> fileNames(int shard) {
    List<String> all = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      all.add(fileName(c, shard));
      if (columns.get(c).isVariable()) {
        all.add(offsetsFileName(c, shard));
      }
    }
    return all;
  }

  /** Not one that the pattern of the values, {@code NAME-*.npy}, matches. */
  private static String offsetsName(String name) {
    return name + ".offsets";
  }

  private static List<String> names(List<Column> columns) {
    List<String> names = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Column column : columns) {
      String name = DatasetShuffle.fileName(column.name());
      if (!taken.add(name)) {
        throw new IllegalArgumentException(
            "columns must have different names as files, were '%s' twice".formatted(name));
      }
      if (column.isVariable() && !taken.add(offsetsName(name))) {
        throw new IllegalArgumentException(
            "columns must have different names as files, were '%s' twice"
                .formatted(offsetsName(name)));
      }
      names.add(name);
    }
    return names;
  }

  /** The note in the directory: what it is, and what its files are. */
  String note(Sampler order, String source) {
    StringBuilder text = new StringBuilder("penstock shuffle 1\n");
    StringBuilder files = new StringBuilder();
    text.append("order %s seed %s epoch 0%n".formatted(order.description(), order.seed()));
    text.append("records %s shards %s%n".formatted(records, shards));
    for (int c = 0; c < names.size(); c++) {
      Column column = columns.get(c);
      text.append(
          "column %s %s %s%s%n"
              .formatted(
                  column.name(),
                  column.elementType(),
                  column.shape().toList(),
                  column.isVariable() ? " of different sizes" : ""));
      files.append(ShuffleNote.line(names.get(c), shards)).append('\n');
      if (column.isVariable()) {
        files.append(ShuffleNote.line(offsetsName(names.get(c)), shards)).append('\n');
      }
    }
    return text.append(files).append("source %s%n".formatted(source)).toString();
  }
}

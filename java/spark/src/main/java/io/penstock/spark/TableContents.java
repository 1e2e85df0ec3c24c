package io.penstock.spark;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/**
 * What a table has: its columns as Spark sees them, and how its records are divided into
 * partitions. On the driver; the files are closed when this is made.
 */
final class TableContents {
  private static final long PARTITION_BYTES = 128 << 20;

  private final TableColumns columns;
  private final StructType schema;
  private final SourceLook look;
  private final long records;
  private final long recordBytes;
  private final List<Long> shardEnds;

  private TableContents(TableColumns columns, SparkSource source, Dataset dataset) {
    this.columns = columns;
    List<StructField> fields = new ArrayList<>();
    for (Column column : dataset.columns()) {
      fields.add(ValueReader.of(column, columns.type(column.name())).field());
    }
    this.schema = new StructType(fields.toArray(StructField[]::new));
    this.look = SourceLook.of(source, dataset);
    this.records = dataset.recordCount();
    this.recordBytes = records == 0 ? 1 : dataset.recordBytes();
    this.shardEnds = shardEnds(dataset.columns());
  }

  /** Looks at the columns that the options name. */
  static TableContents open(CaseInsensitiveStringMap options) {
    List<String> wanted = names(options, "columns");
    return of(TableColumns.find(TableColumns.paths(options)), wanted.isEmpty() ? null : wanted);
  }

  /** The same table with some of its columns; at least one is kept, as it has the records. */
  TableContents only(StructType wanted) {
    List<String> names =
        wanted.length() == 0 ? List.of(schema.fields()[0].name()) : List.of(wanted.fieldNames());
    return of(columns, names);
  }

  private static TableContents of(TableColumns columns, @Nullable List<String> wanted) {
    SparkSource source = columns.source();
    if (wanted != null && !source.names().containsAll(wanted)) {
      throw new PenstockException(
          ErrorKind.MISMATCH,
          "expected columns %s, found only %s".formatted(wanted, source.names()));
    }
    SparkSource kept = wanted == null ? source : source.only(wanted);
    try (Dataset dataset = kept.open()) {
      return new TableContents(columns, kept, dataset);
    }
  }

  /** Names with commas. */
  static List<String> names(CaseInsensitiveStringMap options, String option) {
    String text = options.getOrDefault(option, "");
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /** Of a column whose records have one size: shards of the others are runs of values. */
  private static List<Long> shardEnds(List<Column> columns) {
    TreeSet<Long> ends = new TreeSet<>();
    ends.add(columns.getFirst().recordCount());
    columns.stream()
        .filter(column -> !column.isVariable())
        .findFirst()
        .ifPresent(
            column -> {
              long end = 0;
              for (Shard shard : column.shards()) {
                end += shard.recordCount();
                ends.add(end);
              }
            });
    return new ArrayList<>(ends);
  }

  StructType schema() {
    return schema;
  }

  SourceLook look() {
    return look;
  }

  long records() {
    return records;
  }

  long bytes() {
    return Math.multiplyExact(records, recordBytes);
  }

  /** One stretch for each shard, or several. */
  List<RecordStretch> stretches(CaseInsensitiveStringMap options) {
    long most = options.getLong("partitionBytes", PARTITION_BYTES);
    if (most < 1) {
      throw new IllegalArgumentException("partitionBytes must be at least 1, was " + most);
    }
    List<RecordStretch> all = new ArrayList<>();
    long from = 0;
    for (long end : shardEnds) {
      int parts = Math.clamp(Math.ceilDiv((end - from) * recordBytes, most), 1, 1 << 16);
      for (RecordStretch part :
          RecordStretch.of(end - from, (int) Math.min(parts, Math.max(1, end - from)))) {
        if (part.to() > part.from()) {
          all.add(new RecordStretch(from + part.from(), from + part.to()));
        }
      }
      from = end;
    }
    return all;
  }
}

package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A dataset as a table of Spark that can be read: one partition for each shard, and only the
 * columns that a query needs. Its files are looked at when it is read, not when it is named.
 */
final class PenstockTable implements SupportsRead {
  private final StructType schema;
  private final CaseInsensitiveStringMap options;

  PenstockTable(StructType schema, CaseInsensitiveStringMap options) {
    this.schema = schema;
    this.options = options;
  }

  @Override
  public String name() {
    return "penstock " + TableColumns.paths(options);
  }

  @Override
  public Column[] columns() {
    return Arrays.stream(schema.fields())
        .map(
            field ->
                Column.create(
                    field.name(),
                    field.dataType(),
                    field.nullable(),
                    null,
                    field.metadata().json()))
        .toArray(Column[]::new);
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap more) {
    TableContents contents = TableContents.open(options);
    check(contents.schema());
    return new TableScan(contents, schema, options);
  }

  /** A schema that a user gave must be that of the data. */
  private void check(StructType found) {
    for (StructField field : schema.fields()) {
      int index =
          List.of(found.fieldNames()).contains(field.name()) ? found.fieldIndex(field.name()) : -1;
      if (index < 0 || !isSame(found.fields()[index], field)) {
        throw new PenstockException(
            ErrorKind.MISMATCH,
            "%s: expected a schema of columns in %s, found %s: leave it out, and cast afterwards"
                .formatted(name(), found.simpleString(), field.toDDL()));
      }
    }
  }

  private static boolean isSame(StructField found, StructField given) {
    return found.dataType().simpleString().equals(given.dataType().simpleString());
  }

  /** The reading of a table by one query. */
  private static final class TableScan
      implements ScanBuilder, SupportsPushDownRequiredColumns, SupportsReportStatistics, Batch {
    private final TableContents all;
    private final CaseInsensitiveStringMap options;
    private StructType required;

    TableScan(TableContents all, StructType required, CaseInsensitiveStringMap options) {
      this.all = all;
      this.required = required;
      this.options = options;
    }

    @Override
    public void pruneColumns(StructType wanted) {
      required = wanted;
    }

    @Override
    public Scan build() {
      return this;
    }

    @Override
    public StructType readSchema() {
      return required;
    }

    @Override
    public String description() {
      return "penstock " + List.of(required.fieldNames());
    }

    @Override
    public Batch toBatch() {
      return this;
    }

    @Override
    public Statistics estimateStatistics() {
      long bytes = all.bytes();
      long records = all.records();
      return new Statistics() {
        @Override
        public OptionalLong sizeInBytes() {
          return OptionalLong.of(bytes);
        }

        @Override
        public OptionalLong numRows() {
          return OptionalLong.of(records);
        }
      };
    }

    @Override
    public InputPartition[] planInputPartitions() {
      List<InputPartition> partitions = new ArrayList<>();
      for (RecordStretch stretch : all.stretches(options)) {
        partitions.add(new TablePartition(stretch));
      }
      return partitions.toArray(InputPartition[]::new);
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
      return new TableReaderFactory(all.only(required).look(), required);
    }
  }
}

package io.penstock.spark;

import io.penstock.error.PenstockException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;

/** Reads a partition of a table in order, row by row. Of one thread, which closes it. */
final class TableReader implements PartitionReader<InternalRow> {
  private static final InternalRow NO_COLUMNS = new GenericInternalRow(new Object[0]);

  private final StretchRecords records;
  private final ValueReader[] readers;
  private final boolean hasColumns;

  /**
   * Opens the columns of a schema.
   *
   * @param look has these columns in this order; any one of them where the schema has none
   */
  TableReader(SourceLook look, StructType schema, RecordStretch stretch) {
    this.hasColumns = schema.length() > 0;
    try {
      this.records = StretchRecords.open(look, stretch, true);
    } catch (PenstockException e) {
      throw ExecutorName.on(e);
    }
    this.readers = new ValueReader[hasColumns ? schema.length() : 0];
    for (int c = 0; c < readers.length; c++) {
      readers[c] = ValueReader.of(records.columns().get(c), schema.fields()[c].dataType());
    }
  }

  @Override
  public boolean next() {
    try {
      return records.next();
    } catch (PenstockException e) {
      throw ExecutorName.on(e);
    }
  }

  @Override
  public InternalRow get() {
    if (!hasColumns) {
      return NO_COLUMNS;
    }
    Object[] values = new Object[readers.length];
    for (int c = 0; c < values.length; c++) {
      values[c] = readers[c].value(records.segment(c), records.offset(c), records.bytes(c));
    }
    return new GenericInternalRow(values);
  }

  @Override
  public void close() {
    records.close();
  }
}

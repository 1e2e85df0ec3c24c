package io.penstock.spark;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.types.StructType;

/** Opens partitions of a table on executors. */
final class TableReaderFactory implements PartitionReaderFactory {
  private static final long serialVersionUID = 1L;

  private final SourceLook look;
  private final StructType schema;

  TableReaderFactory(SourceLook look, StructType schema) {
    this.look = look;
    this.schema = schema;
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    return new TableReader(look, schema, ((TablePartition) partition).stretch());
  }
}

package io.penstock.spark;

import org.apache.spark.sql.connector.read.InputPartition;

/**
 * A partition of a table.
 *
 * @param stretch the records in it
 */
record TablePartition(RecordStretch stretch) implements InputPartition {
  private static final long serialVersionUID = 1L;
}

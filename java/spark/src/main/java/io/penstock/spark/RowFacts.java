package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * What has to be known of rows before the first is written: how many each partition has, and how
 * long their arrays are. Immutable.
 */
final class RowFacts implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int UNKNOWN = -1;

  private final long[] firsts;
  private final int[] lengths;
  private final long bytes;

  private RowFacts(long[] firsts, int[] lengths, long bytes) {
    this.firsts = firsts;
    this.lengths = lengths;
    this.bytes = bytes;
  }

  /** Of one partition. */
  private record OfPartition(int partition, long rows, List<Integer> lengths, long bytes)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Looks at all rows of a partition, in a task. */
  static Iterator<Serializable> look(
      int partition, Iterator<InternalRow> rows, List<RowColumn> columns) {
    int[] lengths = new int[columns.size()];
    Arrays.fill(lengths, UNKNOWN);
    long count = 0;
    long bytes = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      for (int c = 0; c < lengths.length; c++) {
        RowColumn column = columns.get(c);
        column.checkNull(row, count, partition);
        bytes += column.bytes(row).length;
        if (column.hasLength()) {
          int length = column.length(row);
          checkLength(column.name(), lengths[c], length);
          lengths[c] = length;
        }
      }
      count++;
    }
    return List.<Serializable>of(
            new OfPartition(partition, count, Arrays.stream(lengths).boxed().toList(), bytes))
        .iterator();
  }

  private static void checkLength(String column, int expected, int found) {
    if (expected != UNKNOWN && expected != found) {
      throw new PenstockException(
          ErrorKind.MISMATCH,
          ("column '%s': expected arrays of one length, found %d and %d elements: make them equal,"
                  + " or name the column in the option 'variable'")
              .formatted(column, expected, found));
    }
    if (found == 0) {
      throw new PenstockException(
          ErrorKind.MISMATCH,
          "column '%s': expected arrays with elements, found an empty one: name the column in the option 'variable'"
              .formatted(column));
    }
  }

  /** Puts together what the tasks found. */
  static RowFacts of(List<Serializable> found, List<RowColumn> columns) {
    long[] firsts = new long[found.size() + 1];
    int[] lengths = new int[columns.size()];
    Arrays.fill(lengths, UNKNOWN);
    long bytes = 0;
    for (int p = 0; p < found.size(); p++) {
      OfPartition part = (OfPartition) found.get(p);
      firsts[p + 1] = firsts[p] + part.rows;
      bytes += part.bytes;
      for (int c = 0; c < lengths.length; c++) {
        if (part.lengths.get(c) != UNKNOWN) {
          checkLength(columns.get(c).name(), lengths[c], part.lengths.get(c));
          lengths[c] = part.lengths.get(c);
        }
      }
    }
    for (int c = 0; c < lengths.length; c++) {
      if (columns.get(c).hasLength() && lengths[c] == UNKNOWN) {
        throw new PenstockException(
            ErrorKind.MISMATCH,
            "column '%s': expected rows, to know how long its arrays are, found none: drop the column, or name it in the option 'variable'"
                .formatted(columns.get(c).name()));
      }
    }
    return new RowFacts(firsts, lengths, bytes);
  }

  long rows() {
    return firsts[firsts.length - 1];
  }

  long rows(int partition) {
    return firsts[partition + 1] - firsts[partition];
  }

  long first(int partition) {
    return firsts[partition];
  }

  long length(int column) {
    return lengths[column];
  }

  long meanBytes() {
    return Math.max(1, bytes / Math.max(1, rows()));
  }
}

package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;

/** Gives the rows of a partition as records, whose indices follow those of the partition before. */
final class RowFeed implements EntryBlocks.Feed {
  private final Iterator<InternalRow> rows;
  private final List<RowColumn> columns;
  private final List<ColumnForm> forms;
  private final RowFacts facts;
  private final int partition;
  private final byte[][] values;
  private long number;

  RowFeed(
      Iterator<InternalRow> rows,
      List<RowColumn> columns,
      List<ColumnForm> forms,
      RowFacts facts,
      int partition) {
    this.rows = rows;
    this.columns = columns;
    this.forms = forms;
    this.facts = facts;
    this.partition = partition;
    this.values = new byte[columns.size()][];
  }

  @Override
  public boolean addTo(EntryBlocks blocks) {
    if (!rows.hasNext()) {
      if (number < facts.rows(partition)) {
        throw changed();
      }
      return false;
    }
    if (number == facts.rows(partition)) {
      throw changed();
    }
    add(rows.next(), blocks);
    return true;
  }

  private void add(InternalRow row, EntryBlocks blocks) {
    long sum = 0;
    for (int c = 0; c < values.length; c++) {
      columns.get(c).checkNull(row, number, partition);
      values[c] = columns.get(c).bytes(row);
      if (!forms.get(c).isVariable() && values[c].length != forms.get(c).valueBytes()) {
        throw changed();
      }
      sum += values[c].length;
    }
    blocks.begin(facts.first(partition) + number, sum);
    for (int c = 0; c < values.length; c++) {
      if (forms.get(c).isVariable()) {
        blocks.put(values[c].length);
      }
    }
    for (byte[] value : values) {
      System.arraycopy(value, 0, blocks.array(), blocks.at(), value.length);
      blocks.advance(value.length);
    }
    blocks.end();
    number++;
  }

  private PenstockException changed() {
    return new PenstockException(
        ErrorKind.FILE_CHANGED,
        ("partition %d of the DataFrame: expected the same %d rows as when they were counted, found"
                + " others: its query does not give the same each time: cache() or checkpoint() it")
            .formatted(partition, facts.rows(partition)));
  }
}

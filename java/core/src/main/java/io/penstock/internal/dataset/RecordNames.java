package io.penstock.internal.dataset;

import io.penstock.error.PenstockException;

/**
 * What people call the records of a dataset, for messages: the file, or the container and the name
 * in it. Never throws: a record whose place cannot be found has no name. Any thread.
 */
public final class RecordNames {
  private final OpenDataset dataset;
  private final RecordReader records;

  /**
   * Names of the records of all columns.
   *
   * @param dataset must stay open
   */
  public RecordNames(OpenDataset dataset) {
    this.dataset = dataset;
    this.records = new RecordReader(dataset);
  }

  /**
   * What a record of a column is called.
   *
   * @param column number of the column
   * @param index of the record, in range
   * @return as "/data/cats/12.jpg"; empty if that cannot be said
   */
  public String of(int column, long index) {
    try {
      if (dataset.columns().get(column).isVariable()) {
        return dataset.variableSource(column).name(index);
      }
      RecordPlace place = place(column, index);
      return "%s at byte %d".formatted(place.path(), place.offsetBytes());
    } catch (PenstockException e) {
      return "";
    }
  }

  private synchronized RecordPlace place(int column, long index) {
    return records.place(column, index);
  }
}

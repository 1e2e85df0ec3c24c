package io.penstock.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;
import io.penstock.Dataset;
import io.penstock.array.OutputColumn;
import java.util.List;

/**
 * The records of a {@link Dataset} one by one, as a data set of DJL with random access: for small
 * sets, for single records, and for operations of DJL on such sets ({@code randomSplit}, {@code
 * subDataset}, {@code toArray}).
 *
 * <pre>{@code
 * PenstockRecords validation =
 *     PenstockRecords.builder(dataset).data("images").label("labels").setSampling(256, false).build();
 * }</pre>
 *
 * <p>Each record is copied from a mapping of its file into an array of its own, and DJL stacks
 * these into batches: many times slower than {@link PenstockDataset}, which is for training. Types
 * are handled as there. Records are copies and outlive the dataset. If a file is cut short
 * meanwhile, an access is an InternalError. Thread-safe.
 */
public final class PenstockRecords extends RandomAccessDataset {
  private final Dataset dataset;
  private final List<NDColumn> data;
  private final List<NDColumn> labels;

  private PenstockRecords(Builder builder) {
    super(builder);
    this.dataset = builder.dataset;
    this.data = builder.columns.data(name -> OutputColumn.of(dataset.column(name)));
    this.labels = builder.columns.labels(name -> OutputColumn.of(dataset.column(name)));
  }

  /**
   * Starts a data set over the records of another, which the caller closes when it is done.
   *
   * @param dataset of the records
   * @return an empty builder
   */
  public static Builder builder(Dataset dataset) {
    return new Builder(dataset);
  }

  /**
   * One record.
   *
   * @param manager to which its arrays will belong
   * @param index of the record, from 0
   * @return copies of its columns, in arrays without an axis of records
   * @throws IndexOutOfBoundsException if there is no such record
   * @throws IllegalStateException if the dataset is closed
   */
  @Override
  public Record get(NDManager manager, long index) {
    return new Record(arrays(data, manager, index), arrays(labels, manager, index));
  }

  private NDList arrays(List<NDColumn> columns, NDManager manager, long index) {
    NDList arrays = new NDList(columns.size());
    for (NDColumn column : columns) {
      arrays.add(column.copyOf(dataset.record(column.name(), index), manager));
    }
    return arrays;
  }

  @Override
  protected long availableSize() {
    return dataset.recordCount();
  }

  /** Does nothing: the files are open. */
  @Override
  public void prepare(Progress progress) {}

  /** Which columns are data, and which are labels; sampling is as in all of DJL's sets. */
  public static final class Builder extends BaseBuilder<Builder> {
    private final Dataset dataset;
    private final NDColumns columns = new NDColumns();

    private Builder(Dataset dataset) {
      this.dataset = dataset;
    }

    /**
     * Adds a column to the data.
     *
     * @param column name in the dataset
     * @return this
     * @throws IllegalArgumentException if it is among the data already
     */
    public Builder data(String column) {
      columns.addData(column, null);
      return this;
    }

    /**
     * Adds a column to the labels.
     *
     * @param column name in the dataset
     * @return this
     * @throws IllegalArgumentException if it is among the labels already
     */
    public Builder label(String column) {
      columns.addLabel(column, null);
      return this;
    }

    /**
     * Makes the data set; reads nothing.
     *
     * @return the data set
     * @throws IllegalArgumentException if there is no data column
     * @throws IllegalArgumentException if there is no such column, or none of such a type in DJL
     * @throws NullPointerException if no sampling is set
     */
    public PenstockRecords build() {
      return new PenstockRecords(this);
    }

    @Override
    protected Builder self() {
      return this;
    }
  }
}

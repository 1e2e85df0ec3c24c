package io.penstock.sampler;

/**
 * Some of the records of a dataset, in ascending order: its first record, its second, and so on.
 *
 * <p>A {@link SubsetSampler} puts them into an order. As its records ascend, a block shuffle of a
 * subset still reads the file in blocks. Immutable; any thread.
 */
public interface Subset {
  /**
   * Number of records of the dataset.
   *
   * @return 0 to 2^48
   */
  long recordCount();

  /**
   * Number of records of the subset.
   *
   * @return 0 to {@link #recordCount}
   */
  long size();

  /**
   * A record of the subset.
   *
   * @param place its number in the subset, from 0 up to but not including {@link #size}
   * @return its index in the dataset
   * @throws IndexOutOfBoundsException if there is no such place
   */
  long index(long place);

  /**
   * The inverse of {@link #index}.
   *
   * @param index of a record in the dataset, from 0 up to but not including {@link #recordCount}
   * @return its number in the subset; -1 if it is not in it
   * @throws IndexOutOfBoundsException if there is no such record
   */
  long place(long index);

  /**
   * What determines these records, for {@link Sampler#description}.
   *
   * @return printable ASCII without spaces
   */
  String description();

  /**
   * A subset of this subset.
   *
   * @param inner of a dataset whose records are those of this subset
   * @return the records of this subset that the inner one selects
   * @throws IllegalArgumentException if inner is of a dataset of another size
   */
  default Subset then(Subset inner) {
    return new Subsets.NestedSubset(this, inner);
  }

  /**
   * The records of a range.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param from index of the first one
   * @param to index after the last one
   * @return the subset; it takes almost no memory
   * @throws IllegalArgumentException if there is no such range
   */
  static Subset range(long recordCount, long from, long to) {
    return new Subsets.RangeSubset(recordCount, from, to);
  }

  /**
   * The records of a list.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param indices of the records, all different, in any order
   * @return the subset; it takes 8 bytes per record
   * @throws IllegalArgumentException if an index is out of range, or comes twice
   */
  static Subset list(long recordCount, long... indices) {
    return new Subsets.ListSubset(new IndexList(recordCount, indices));
  }

  /**
   * The records that are not in a list.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param indices of the records that are left out, all different, in any order
   * @return the subset; it takes 8 bytes per record that is left out
   * @throws IllegalArgumentException if an index is out of range, or comes twice
   */
  static Subset allBut(long recordCount, long... indices) {
    return new Subsets.ComplementSubset(new IndexList(recordCount, indices));
  }
}

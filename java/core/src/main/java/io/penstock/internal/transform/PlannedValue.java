package io.penstock.internal.transform;

import io.penstock.array.OutputColumn;

/**
 * A column at one point of a chain of transforms: what it is, and where it lies while a batch is
 * made.
 *
 * <p>A variable column that a transform makes has room for its records before it is known how many
 * values they have. Either each record gets room for as many as any may have, or as much as it has
 * values in another column, the root, which is there before the stage begins: then the rooms begin
 * where its records begin.
 */
final class PlannedValue {
  /** Where a column is while a batch is made. */
  enum Home {
    /** In the slot that was read into. */
    INPUT,
    /** In the slot that is delivered. */
    SLOT,
    /** In memory for one record of each thread. */
    SCRATCH
  }

  final OutputColumn column;

  /** The stage that makes it; -1: it was read. */
  final int madeIn;

  /** Of a variable column: most values of a record; 0 if it was read, or has a root. */
  final long mostValues;

  /** The column that gives room to the records of this one; null if none does. */
  final PlannedValue root;

  int lastReadIn;
  boolean isDelivered;
  Home home;

  /** Number of the column in its slot. */
  int number;

  /** Where it starts in scratch memory. */
  long offset;

  private PlannedValue(OutputColumn column, int madeIn, long mostValues, PlannedValue root) {
    this.column = column;
    this.madeIn = madeIn;
    this.lastReadIn = madeIn;
    this.mostValues = mostValues;
    this.root = root;
  }

  /** A column that is read into slots. */
  static PlannedValue read(OutputColumn column, int number) {
    PlannedValue value = new PlannedValue(column, -1, 0, null);
    value.home = Home.INPUT;
    value.number = number;
    return value;
  }

  /** A column of records of one size, or one whose records have so many values at most. */
  static PlannedValue made(OutputColumn column, int madeIn, long mostValues) {
    return new PlannedValue(column, madeIn, mostValues, null);
  }

  /**
   * A column whose records have at most as many values as in a column that is read in its stage.
   */
  static PlannedValue madeWithin(OutputColumn column, int madeIn, PlannedValue other) {
    boolean isThere = other.madeIn < madeIn;
    return other.mostValues > 0
        ? made(column, madeIn, other.mostValues)
        : new PlannedValue(column, madeIn, 0, isThere ? other : other.root);
  }

  boolean isVariable() {
    return column.isVariable();
  }

  /** Size of a value; of columns with records of one size, of a record. */
  long valueBytes() {
    return column.valueBytes();
  }
}

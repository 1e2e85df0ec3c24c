package io.penstock;

/** The order in which an epoch visits the records. */
public enum Shuffle {
  /** Ascending by index, the same in each epoch. */
  NONE,
  /** A new permutation of all records in each epoch, told by the seed and the epoch's number. */
  FULL
}

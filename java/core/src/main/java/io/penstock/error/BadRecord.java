package io.penstock.error;

import java.util.Objects;
import java.util.OptionalLong;

/** A record that was skipped or replaced. Immutable. */
public final class BadRecord {
  private final long index;
  private final String column;
  private final long epoch;
  private final OptionalLong replacement;
  private final String problem;

  private BadRecord(
      long index, String column, long epoch, OptionalLong replacement, String problem) {
    this.index = index;
    this.column = Objects.requireNonNull(column, "column");
    this.epoch = epoch;
    this.replacement = Objects.requireNonNull(replacement, "replacement");
    this.problem = Objects.requireNonNull(problem, "problem");
  }

  /**
   * A record that is left out.
   *
   * @param index of the record in the dataset
   * @param column the first column in which it is bad
   * @param epoch in which it was first found
   * @param problem what is wrong with it, with its file and place, in one line
   * @return the record
   */
  public static BadRecord of(long index, String column, long epoch, String problem) {
    return new BadRecord(index, column, epoch, OptionalLong.empty(), problem);
  }

  /**
   * The same, with another record in its place.
   *
   * @param other index of the record that takes its place
   * @return the record
   */
  public BadRecord replacedBy(long other) {
    return new BadRecord(index, column, epoch, OptionalLong.of(other), problem);
  }

  /**
   * Which record it is.
   *
   * @return its index in the dataset
   */
  public long index() {
    return index;
  }

  /**
   * The first column in which it is bad.
   *
   * @return name of the column
   */
  public String column() {
    return column;
  }

  /**
   * The epoch in which it was first found.
   *
   * @return its number
   */
  public long epoch() {
    return epoch;
  }

  /**
   * The record that took its place.
   *
   * @return its index; empty if the bad record was skipped
   */
  public OptionalLong replacement() {
    return replacement;
  }

  /**
   * What is wrong with it.
   *
   * @return one line, with its file and place
   */
  public String problem() {
    return problem;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BadRecord that
        && index == that.index
        && column.equals(that.column)
        && epoch == that.epoch
        && replacement.equals(that.replacement)
        && problem.equals(that.problem);
  }

  @Override
  public int hashCode() {
    return Objects.hash(index, column, epoch, replacement, problem);
  }

  @Override
  public String toString() {
    return "BadRecord[%d of column '%s', epoch %d: %s]".formatted(index, column, epoch, problem);
  }
}

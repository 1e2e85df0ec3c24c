package io.penstock.error;

import java.util.OptionalLong;

/**
 * A record that was skipped or replaced. Immutable.
 *
 * @param index of the record in the dataset
 * @param column the first column in which it is bad
 * @param epoch in which it was first found
 * @param replacement index of the record that took its place; empty if it was skipped
 * @param problem what is wrong with it, with its file and place, in one line
 */
public record BadRecord(
    long index, String column, long epoch, OptionalLong replacement, String problem) {}

package io.penstock.internal.transform;

import io.penstock.error.PenstockException;

/**
 * A record of a batch that a transform says is bad.
 *
 * @param index of the record in the dataset
 * @param column name of the column that the transform reads first
 * @param problem what is wrong with the record, and what it is called, in one line
 * @param failure what its batch fails with if it cannot do without the record
 */
record BadPlace(long index, String column, String problem, PenstockException failure) {}

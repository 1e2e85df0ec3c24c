/**
 * What data look like: element types, shapes, columns, and where arrays lie in files.
 *
 * <p>An {@link io.penstock.array.ElementType ElementType} is the type of a number or string as it
 * is stored; a {@link io.penstock.array.Column Column} is one value of every record of a dataset,
 * in one or more {@link io.penstock.array.Shard Shards}; an {@link io.penstock.array.OutputColumn
 * OutputColumn} is a column as batches deliver it; an {@link io.penstock.array.ArrayLayout
 * ArrayLayout} is an array in a file, as a format found it; a {@link io.penstock.array.Tensor
 * Tensor} describes a column of a batch to native libraries. All are immutable descriptions:
 * nothing in this package reads a file.
 */
@NullMarked
package io.penstock.array;

import org.jspecify.annotations.NullMarked;

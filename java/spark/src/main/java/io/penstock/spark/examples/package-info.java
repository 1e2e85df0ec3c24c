/**
 * Programs to copy. {@link io.penstock.spark.examples.DataParallelSoftmax} trains a classifier on
 * several ranks, with gradients that are summed over them.
 */
@NullMarked
package io.penstock.spark.examples;

import org.jspecify.annotations.NullMarked;

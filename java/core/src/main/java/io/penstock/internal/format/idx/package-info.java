/**
 * The format of MNIST.
 *
 * <p>In comes the start of a file; out goes the layout of its one array.
 */
package io.penstock.internal.format.idx;

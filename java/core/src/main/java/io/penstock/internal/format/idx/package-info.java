/**
 * The format of MNIST.
 *
 * <p>Input is the start of a file; output is the layout of its one array.
 */
package io.penstock.internal.format.idx;

/**
 * NumPy's format for one array.
 *
 * <p>In comes the header of a file, a Python literal; out goes the layout of the array and of its
 * fields.
 */
package io.penstock.internal.format.npy;

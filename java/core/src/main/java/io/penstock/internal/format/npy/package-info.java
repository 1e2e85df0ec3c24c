/**
 * NumPy's format for one array.
 *
 * <p>Input is the header of a file, a Python literal; output are the layouts of the array and of
 * its fields.
 */
package io.penstock.internal.format.npy;

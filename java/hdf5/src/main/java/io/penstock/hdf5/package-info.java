/**
 * HDF5 for Penstock: contiguous datasets, read where they lie.
 *
 * <p>Nothing here is called: with this jar and jHDF on the class path, {@code data.h5#train/images}
 * is a column like any other.
 *
 * <p>jHDF reads the structure of the file and Penstock the data, so the speed is that of a .npy.
 * Datasets that are chunked or compressed, and such as {@code h5py} makes unless it is told a shape
 * only, have no place of their own in the file and are refused by name.
 */
package io.penstock.hdf5;

/**
 * HDF5 for Penstock: contiguous datasets, read where they lie.
 *
 * <p>Nothing here is called: with this jar and jHDF on the class path, {@code data.h5#train/images}
 * is a column like any other.
 *
 * <p>jHDF reads the structure of the file and Penstock the data, so the speed is that of a .npy.
 * Datasets that are chunked or compressed, as {@code h5py} makes them when it is told to, have no
 * place of their own in the file; {@code penstock convert} unpacks them, chunk by chunk.
 */
package io.penstock.hdf5;

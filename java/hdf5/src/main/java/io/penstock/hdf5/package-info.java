/**
 * HDF5 for Penstock: contiguous datasets, and those in plain chunks of whole records, are read in
 * place; others are unpacked.
 *
 * <p>There is no API to call: with this jar on the class path, {@code data.h5#train/images} is a
 * column like any other, at the speed of a .npy. So is a dataset in chunks, which {@code h5py}
 * makes for axes that may grow, if it has no filters and each chunk has whole records ({@code
 * chunks=(64,) + shape[1:]}): a chunk is a run of records then, and there may be a million.
 * Datasets whose chunks are compressed, cut records or were never written cannot be read in place;
 * {@code penstock convert} unpacks them, chunk by chunk, and so does {@link
 * io.penstock.format.Formats#streamed} in code.
 *
 * <p><b>Values are those that h5py reads</b>, or the dataset is refused with the reason. Checksums
 * of metadata and of chunks (fletcher32) are compared; filter masks are followed; chunks that were
 * never written are the fill value. Filters: gzip, shuffle, fletcher32, szip, nbit, scaleoffset,
 * lzf, lz4, bitshuffle (alone and with lz4); the message names others. Types: integers, floats,
 * complex numbers, booleans, fixed-length text, enumerations, bit fields, opaque bytes, h5py's
 * dates, arrays and compounds of these. bfloat16 is {@code |V2}. Variable-length text, references,
 * virtual datasets and external files are refused, each with its name. Every kind of index of
 * chunks, both kinds of groups, superblocks 0 to 3, user blocks (MATLAB 7.3) and files of SWMR
 * writers are read. Soft links are followed when they are named; they do not count as further
 * arrays.
 *
 * <p><b>One fault does not hide the rest</b>: a damaged or unknown object is listed with the
 * reason, beside those that can be read. A file takes no more memory than its size justifies, and a
 * row of chunks at most a quarter of the heap.
 *
 * <p><b>Why a reader of our own</b>: jHDF does not compare fletcher32 checksums, ignores filter
 * masks, treats chunks that were never written as damage, assembles bitshuffle with LZ4 wrongly if
 * a chunk has several blocks, limits an axis to 2^31, gives up on a whole file for one unknown
 * object, and takes gigabytes for small damaged files. None of that can be worked around from
 * outside, since it reads all headers of a group at once and throws what it finds. Finding data and
 * undoing filters needs a small part of HDF5 only, so it is implemented here, without a library.
 */
package io.penstock.hdf5;

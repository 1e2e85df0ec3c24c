/**
 * HDF5 for Penstock: datasets in one piece are read where they lie, others are unpacked.
 *
 * <p>Nothing here is called: with this jar on the class path, {@code data.h5#train/images} is a
 * column like any other, at the speed of a .npy. Datasets in chunks, as {@code h5py} makes them
 * when it is told to compress or to leave room, have no place of their own in the file; {@code
 * penstock convert} unpacks them, chunk by chunk, as {@link io.penstock.format.Formats#streamed}
 * does in code.
 *
 * <p><b>Values are those that h5py reads</b>, or the dataset is refused with the reason. Checksums
 * of metadata and of chunks (fletcher32) are compared; filter masks are followed; chunks that were
 * never written are the fill value. Filters: gzip, shuffle, fletcher32, szip, nbit, scaleoffset,
 * lzf, lz4, bitshuffle (alone and with lz4); others are named. Types: integers, floats, complex
 * numbers, booleans, fixed-length text, enumerations, bit fields, opaque bytes, h5py's dates,
 * arrays and compounds of these. bfloat16 is {@code |V2}. Variable-length text, references, virtual
 * datasets and external files are refused by name. Every kind of index of chunks, both kinds of
 * groups, superblocks 0 to 3, user blocks (MATLAB 7.3) and files of SWMR writers are read. Soft
 * links are followed when they are named; they are no further arrays of the file.
 *
 * <p><b>One fault does not hide the rest</b>: a damaged or foreign object is listed with its reason
 * beside those that are sound. A file costs no more memory than it has bytes to justify, and a row
 * of chunks at most a quarter of the heap.
 *
 * <p><b>Why a reader of our own</b>: until now jHDF found the datasets. It does not compare
 * fletcher32 checksums nor heed filter masks, takes chunks that were never written for damage, puts
 * bitshuffle with LZ4 together wrongly where a chunk has several blocks, limits an axis to 2^31,
 * gives up on a whole file for one object that it does not know, and takes gigabytes for small
 * damaged files; none of that can be mended from outside, since it reads all headers of a group at
 * once and throws what it finds. What is needed to find data and to undo filters is a small part of
 * HDF5, so it is here, without a library.
 */
package io.penstock.hdf5;

/**
 * What lies on disk: finds arrays in files and says where their records are.
 *
 * <p>A dataset uses this package by itself; use it directly to look at a file without opening a
 * dataset. {@link io.penstock.format.Formats#open Formats.open} tells the format by the file's
 * first bytes, reads its header under limits, compares it with the size of the file, and closes the
 * file again. No record is read, nothing in a file is ever executed, and a header that is damaged,
 * hostile or not supported yet is a {@link io.penstock.error.PenstockException} of one line.
 *
 * {@snippet lang="java" :
 * ArrayLayout layout = Formats.open(images);
 * String dtype = layout.elementType().descr(); // "|u1"
 * long records = layout.recordCount(); // the size of the first axis
 * long last = layout.dataOffset() + (records - 1) * layout.recordBytes();
 * Column column = layout.column("images"); // to be a part of a dataset
 * }
 *
 * <p>An {@link io.penstock.array.ArrayLayout ArrayLayout} that exists is sound: records of at least
 * one byte, no size that overflows, and a file long enough for all of them. So code behind it need
 * not check again, unless the file changes.
 *
 * <h2>Formats</h2>
 *
 * <ul>
 *   <li><b>npy</b>: NumPy's format, versions 1.0, 2.0 and 3.0; all dtypes of a fixed size, both
 *       byte orders, C and Fortran order, also of one element without axes. A structured array is
 *       one of raw records, and each of its fields a part: {@code points.npy#x}, {@code
 *       points.npy#at.y} for a field of a field. Object dtypes are refused by name.
 *   <li><b>npz</b>: members that are stored, as numpy.savez writes them, by their names: {@code
 *       data.npz#x}. Compressed and encrypted ones are refused by name. Reading in place touches
 *       single records, so the checksum of a member is not compared; {@code penstock convert}
 *       compares it.
 *   <li><b>safetensors</b>: tensors by their names. Types that NumPy does not have are raw bytes.
 *   <li><b>IDX</b>, the format of MNIST.
 *   <li><b>megatron</b>: token data of Megatron and fairseq; {@code FILE.idx} is the tokens in
 *       {@code FILE.bin}, and the arrays of the index are parts beside them. {@code
 *       FILE.idx#sequences} is a column of a dataset, with records of different sizes, and no
 *       array.
 *   <li><b>folders</b> of small files, each a record, with an index that is kept: {@link
 *       io.penstock.folder.FolderIndex FolderIndex}.
 *   <li><b>hdf5</b>: contiguous datasets by their paths, {@code data.h5#train/images}, and fields
 *       of compound types, {@code data.h5#points.x}, where the jar penstock-hdf5 is on the class
 *       path; datasets in chunks can be had from their beginning to their end. Others may bring
 *       formats in the same way, see {@link io.penstock.spi.FormatProvider FormatProvider}.
 *   <li><b>raw</b>: elements of files that do not say what they are; the path does, see {@link
 *       io.penstock.format.Formats#raw Formats.raw}. {@link io.penstock.array.ArrayLayout#windows}
 *       lays windows over a stream of tokens.
 *   <li><b>pickle</b>: arrays in pickles of protocols 0 to 5, of one or several in a file, by the
 *       way to them: {@code data.pkl#images}, {@code data.pkl#[0]}, {@code data.pkl#train.x};
 *       through dictionaries, lists, tuples and attributes of objects; a masked array is its parts
 *       {@code data} and {@code mask}. Where two arrays would have one name, the first keeps it,
 *       and the second gets {@code ~2} behind it. Arrays that are alike in a list are the records
 *       of one column: {@code data.pkl#[]}, {@code data.pkl#samples[].x}. Also files of joblib that
 *       are not compressed. A pickle is not loaded: its opcodes are looked through, contents of
 *       arrays are jumped over, and nothing that it names is imported or called. Arrays that are
 *       not raw bytes (Python 3 with protocols 0 to 2, buffers kept elsewhere) are refused by name;
 *       text can be had from its beginning to its end, see {@link
 *       io.penstock.format.Formats#streamed Formats.streamed}.
 * </ul>
 *
 * <p>What has none of these formats is named for what it looks like, and what to do with it: see
 * {@link io.penstock.kind.FileKind FileKind}.
 *
 * <p>All of this is stateless or immutable, so any thread may use it.
 */
package io.penstock.format;

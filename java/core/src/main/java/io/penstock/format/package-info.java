/**
 * Finds arrays in files, and says where their records lie.
 *
 * <p>A dataset uses this package itself; use it directly to look at a file without opening a
 * dataset. {@link io.penstock.format.Formats#open(java.nio.file.Path) Formats.open} recognises the
 * format by the first bytes of the file, reads its header under limits, compares it with the size
 * of the file, and closes the file again. It reads no record and never executes anything in a file.
 * A header that is damaged, hostile or not supported is a {@link
 * io.penstock.error.PenstockException} of one line.
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
 * one byte, no size that overflows, and a file long enough for all of them. So code that uses it
 * need not check again, unless the file changes.
 *
 * <p>A {@link io.penstock.format.Source Source} says which array is meant where a path is not
 * enough. Below, {@code FILE#PART} is how the command line says {@code
 * Source.of(file).part("PART")}.
 *
 * <h2>Formats</h2>
 *
 * <ul>
 *   <li><b>npy</b>: NumPy's format, versions 1.0, 2.0 and 3.0; all dtypes of a fixed size, both
 *       byte orders, C and Fortran order, also single elements without axes. A structured array has
 *       raw records, and each of its fields is a part: {@code points.npy#x}, {@code
 *       points.npy#at.y} for a field of a field. Object dtypes are refused by name.
 *   <li><b>npz</b>: members that are stored, as numpy.savez writes them, by their names: {@code
 *       data.npz#x}. Compressed and encrypted ones are refused. Reading in place touches single
 *       records, so the checksum of a member is not compared; {@code penstock convert} compares it.
 *   <li><b>safetensors</b>: tensors by their names. Types that NumPy does not have are raw bytes.
 *   <li><b>torch</b>: tensors in files of {@code torch.save}, by their paths as in pickles; views
 *       keep their strides, and types that NumPy does not have are raw bytes.
 *   <li><b>vecs</b>: vectors in files whose names end with {@code .fvecs}, {@code .ivecs}, {@code
 *       .bvecs}, {@code .fbin}, {@code .ibin}, {@code .u8bin} or {@code .i8bin}, if their structure
 *       is that of the name.
 *   <li><b>IDX</b>, the format of MNIST.
 *   <li><b>megatron</b>: token data of Megatron and fairseq; {@code FILE.idx} is the tokens in
 *       {@code FILE.bin}, and the arrays of the index are parts beside them. {@code
 *       FILE.idx#sequences} is a column of a dataset, with records of different sizes, and not an
 *       array.
 *   <li><b>tar</b>: samples of a WebDataset, a column for each ending of the names, as {@code jpg}
 *       and {@code cls}, and {@code __key__};
 *   <li><b>arrow</b>: columns of Arrow IPC files and streams by their names, and fields of structs,
 *       {@code train.arrow#image.bytes}. Numbers and lists of one length are arrays; strings and
 *       lists of different lengths have records of different sizes. Of a column with nulls, only
 *       {@code #x.values} and its mask {@code #x.valid} can be read. Compressed columns are
 *       refused.
 *   <li><b>mds</b>: shards of MosaicML Streaming; numbers and arrays of fixed shape are arrays,
 *       other columns have records of different sizes. A folder with a list of such shards, {@code
 *       FOLDER#COLUMN}, stands for all of them.
 *   <li><b>tfrecord</b>: records of bytes; {@code x.tfrecord#image} is a feature of the tf.Examples
 *       in them, if it can be a column: one value of bytes, floats, one or two integers. {@link
 *       io.penstock.transform.TfExample TfExample} decodes the others.
 *   <li><b>lines</b>: {@code FILE#lines} is the lines of a text, each a record of bytes.
 *   <li><b>folders</b> of small files, each a record, with an index file beside them; {@code
 *       FOLDER#label} is the numbers of their sub-folders, which are the classes.
 *   <li><b>hdf5</b>: contiguous datasets by their paths, {@code data.h5#train/images}, and fields
 *       of compound types, {@code data.h5#points.x}, if the jar penstock-hdf5 is on the class path;
 *       datasets in chunks, too, if each chunk has whole records and no filter, and otherwise from
 *       beginning to end only. Other jars may add formats in the same way, see {@link
 *       io.penstock.spi.FormatProvider FormatProvider}.
 *   <li><b>parquet</b>: columns, {@code x.parquet#label}, if the jar penstock-parquet is on the
 *       class path; from beginning to end only.
 *   <li><b>zarr</b>: arrays of Zarr version 2, {@code x.zarr} and {@code group.zarr#train/images},
 *       if the jar penstock-zarr is on the class path; from beginning to end only.
 *   <li><b>raw</b>: elements in files without a header, which a {@link io.penstock.format.RawLayout
 *       RawLayout} describes. {@link io.penstock.array.ArrayLayout#windows} lays windows over a
 *       stream of tokens.
 *   <li><b>pickle</b>: arrays in pickles of protocols 0 to 5, one or several pickles in a file, by
 *       the path to each array: {@code data.pkl#images}, {@code data.pkl#[0]}, {@code
 *       data.pkl#train.x}; through dictionaries, lists, tuples and attributes of objects. A masked
 *       array has the parts {@code data} and {@code mask}. If two arrays would have the same name,
 *       {@code ~2} is appended to that of the second. Arrays of the same type and shape in a list
 *       are the records of one column: {@code data.pkl#[]}, {@code data.pkl#samples[].x}.
 *       Uncompressed files of joblib are read too. A pickle is not loaded: its opcodes are scanned,
 *       the contents of arrays are skipped, and nothing that it names is imported or called. Arrays
 *       that are not raw bytes (Python 3 with protocols 0 to 2, buffers kept elsewhere) are
 *       refused; text can be read from beginning to end only, see {@link
 *       io.penstock.format.Formats#streamed Formats.streamed}.
 * </ul>
 *
 * <p>For a file in none of these formats, the message says what it looks like and what to do with
 * it.
 *
 * <p>All of this is stateless or immutable, so any thread may use it.
 */
@NullMarked
package io.penstock.format;

import org.jspecify.annotations.NullMarked;

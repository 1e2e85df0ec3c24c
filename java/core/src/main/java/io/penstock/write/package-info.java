/**
 * Writes data sets: files larger than memory, which are complete or not there at all.
 *
 * <p>{@link io.penstock.write.NpyWriter NpyWriter} does what {@code numpy.lib.format.open_memmap}
 * does: a {@code .npy} of any size, appended to or written anywhere in any order, at the speed of
 * the device and without filling the page cache.
 *
 * {@snippet lang="java" :
 * ElementType type = ElementType.FLOAT32;
 * try (NpyWriter writer = NpyWriter.builder(path, type, 2).open(); // records of shape (2,)
 *     Arena arena = Arena.ofConfined()) {
 *   MemorySegment records = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
 *   writer.append(records); // three records
 *   writer.commit(); // now there is a file of this name, of shape (3, 2)
 * }
 * }
 *
 * <p>A new file is written under another name, {@code .NAME.penstock-partial-XXXXXXXX}, and gets
 * its own name in one step when it is complete and on the disk. A failure, a kill or a power loss
 * leaves the old file or none. The next writer of the same file recognises what a killed process
 * left behind, as nobody holds its lock, and deletes it, or continues it if both writers are {@link
 * io.penstock.write.NpyWriterBuilder#resumable resumable}. An existing file is replaced only if the
 * caller allows it.
 *
 * <p>{@link io.penstock.write.VariableNpyWriter VariableNpyWriter} writes records of different
 * sizes as two such files, values and offsets.
 *
 * <p>{@link io.penstock.write.DatasetShuffle DatasetShuffle} writes the records of a dataset in
 * shuffled order into shards, in two sequential passes over any amount of data.
 */
@NullMarked
package io.penstock.write;

import org.jspecify.annotations.NullMarked;

/**
 * Making data sets: files that are larger than memory, whole or not there at all.
 *
 * <p>{@link io.penstock.write.NpyWriter NpyWriter} is what {@code numpy.lib.format.open_memmap} is
 * for: a {@code .npy} of any size, appended to or written anywhere in any order, at the speed of
 * the device and without filling the page cache.
 *
 * {@snippet lang="java" :
 * ElementType type = ElementType.parse("<f4");
 * try (NpyWriter writer = NpyWriter.builder(path, type, 2L).open(); // records of shape (2,)
 *     Arena arena = Arena.ofConfined()) {
 *   MemorySegment records = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
 *   writer.append(records); // three records
 *   writer.commit(); // now there is a file of this name, of shape (3, 2)
 * }
 * }
 *
 * <p>Whatever is made here is written beside its own name, as a {@link
 * io.penstock.write.PartialFile PartialFile}, and gets its name in one step when it is whole and on
 * the disk. Who fails, is killed or loses power leaves the old file or none. What a killed process
 * leaves behind is recognised, as nobody holds its lock any more, and deleted by the next writer of
 * the same file, or continued by it if both were told that they may ({@link
 * io.penstock.write.NpyWriter.Builder#resumable resumable}). A file that exists is never replaced
 * unless it was said that it may be.
 *
 * <p>{@link io.penstock.write.DatasetShuffle DatasetShuffle} writes the records of a dataset in
 * shuffled order into shards, in two sequential passes over any amount of data.
 */
package io.penstock.write;

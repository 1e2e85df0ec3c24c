/**
 * Shuffled batches of arrays larger than memory, at the speed of the SSD.
 *
 * <p>A {@link io.penstock.Dataset} is a set of files with records. A {@link io.penstock.Loader}
 * reads the records in the order of an epoch, ahead of the consumer. A {@link io.penstock.Batch} is
 * some of them, in native memory that is filled again when the batch is closed. {@link
 * io.penstock.options.Readahead} tunes how records are read and never changes which.
 *
 * {@snippet lang="java" :
 * try (Dataset dataset = Dataset.open(images, labels); // .npy files: (60000, 28, 28) and (60000,)
 *     Loader loader = dataset.loader().batchSize(128).seed(7).build()) {
 *   for (Epoch epoch : loader.epochs(3)) { // each in another order
 *     for (Batch batch : epoch) { // closed when the loop asks for the next
 *       MemorySegment bytes = batch.column("labels");
 *       for (int i = 0; i < batch.size(); i++) {
 *         counts[bytes.get(ValueLayout.JAVA_BYTE, i)]++;
 *       }
 *     }
 *   }
 * }
 * }
 *
 * <p>Records may have different sizes: {@link io.penstock.DatasetBuilder#variable}, {@link
 * io.penstock.DatasetBuilder#folder}, {@link io.penstock.Batch#offsets}, {@link
 * io.penstock.LoaderBuilder#batchBytes}.
 *
 * <p>{@link io.penstock.LoaderStatistics} shows where the time went; JDK Flight Recorder gets the
 * events {@code io.penstock.Batch}, {@code io.penstock.Epoch} and {@code io.penstock.LoaderStart}.
 * {@link io.penstock.LoaderBuilder#replay} shows how fast a trainer is by itself.
 *
 * <p>A failure of data is a {@link io.penstock.error.PenstockException} that names the file, what
 * was expected, what was found and what to do. Reading files calls native code: start Java with
 * {@code --enable-native-access=io.penstock}, or {@code ALL-UNNAMED} on the class path.
 */
@NullMarked
package io.penstock;

import org.jspecify.annotations.NullMarked;

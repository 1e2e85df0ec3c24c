/**
 * Shuffled batches of arrays larger than memory, at the speed of the SSD.
 *
 * <p>A {@link io.penstock.Dataset} is files; a {@link io.penstock.Loader} reads their records in
 * the order of an epoch, ahead of the consumer; a {@link io.penstock.Batch} is some of them, in
 * native memory that is filled again when the batch is closed. {@link io.penstock.Readahead} tunes
 * how they are read and never changes which.
 *
 * <pre>{@code
 * // images.npy: uint8 of shape (60000, 28, 28); labels.npy: uint8 of shape (60000,)
 * try (Dataset dataset = Dataset.open(Path.of("images.npy"), Path.of("labels.npy"));
 *     Loader loader = dataset.loader().batchSize(128).seed(7).build()) {
 *   long[] counts = new long[10];
 *   for (Epoch epoch : loader.epochs(0, 3)) {
 *     for (Batch batch : epoch) {
 *       MemorySegment labels = batch.column("labels");
 *       for (int i = 0; i < batch.size(); i++) {
 *         counts[labels.get(ValueLayout.JAVA_BYTE, i)]++;
 *       }
 *     }
 *   }
 *   System.out.println(Arrays.toString(counts));
 * }
 * }</pre>
 *
 * <p>What can go wrong with data is a {@link io.penstock.PenstockException} that names the file,
 * what was expected, what was found and what to do. Reading files calls native code: start Java
 * with {@code --enable-native-access=io.penstock}, or {@code ALL-UNNAMED} on the class path.
 */
package io.penstock;

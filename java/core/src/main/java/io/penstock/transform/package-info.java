/**
 * What is done to records between reading and delivery, on several threads, with the same result
 * for any number of them.
 *
 * <p>A {@link io.penstock.transform.Transform} makes columns of other columns, of another type or
 * shape if it wants; {@link io.penstock.LoaderBuilder#transform} appends it to a loader's chain.
 * Ready-made ones are in {@link io.penstock.transform.Transforms}; one of your own is a lambda.
 *
 * {@snippet lang="java" :
 * double[] mean = {0.5, 0.5, 0.5};
 * double[] deviation = {0.25, 0.25, 0.25};
 * try (Dataset dataset = Dataset.open(images, labels); // uint8: (200, 40, 40, 3) and (200, 1)
 *     Loader loader =
 *         dataset
 *             .loader()
 *             .batchSize(64)
 *             .transform(Transforms.randomCrop("images", Layout.HWC, 32, 32))
 *             .transform(Transforms.randomFlip("images", Layout.HWC, 0.5))
 *             .transform(
 *                 Transforms.normalize(
 *                     "images", Layout.HWC, Layout.CHW, 1 / 255.0, mean, deviation))
 *             .transform( // one of our own: reads "labels", adds "isEven"
 *                 "labels",
 *                 OutputColumn.of("isEven", "|b1"),
 *                 record -> {
 *                   long at = record.inputOffset(0);
 *                   int label = record.input(0).get(ValueLayout.JAVA_BYTE, at);
 *                   byte isEven = (byte) (label % 2 == 0 ? 1 : 0);
 *                   record.output(0).set(ValueLayout.JAVA_BYTE, record.outputOffset(0), isEven);
 *                 })
 *             .build()) {
 *   for (Batch batch : loader.epoch(0)) {
 *     MemorySegment floats = batch.column("images"); // float32: (64, 3, 32, 32)
 *     for (long i = 0; i < floats.byteSize() / 4; i++) {
 *       sum += floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
 *     }
 *     for (int i = 0; i < batch.size(); i++) {
 *       even += batch.column("isEven").get(ValueLayout.JAVA_BYTE, i);
 *     }
 *   }
 * }
 * }
 *
 * <p><b>Records and batches.</b> A {@link io.penstock.transform.RecordTransform} sees one record;
 * those that follow each other in a chain run one after the other on a record while it is in the
 * processor's caches. A {@link io.penstock.transform.BatchTransform} sees all records of a batch,
 * and makes some of them; it waits until the whole batch has come so far.
 *
 * <p><b>Chance.</b> Random numbers come from {@link io.penstock.transform.RecordRandom}: a function
 * of seed, epoch, position, and the transform's place in the chain. So an augmented record is the
 * same whatever the number of threads, the backend, the batch size or the ranks, and after a
 * resume; and another one in the next epoch.
 *
 * <p><b>Threads.</b> {@link io.penstock.LoaderBuilder#transformThreads} of them, of the loader.
 * They work on parts of the oldest batch first. Functions are called by several threads at once,
 * and must not block on the consumer or close the loader. Memory for transformed batches is a part
 * of {@link io.penstock.LoaderBuilder#memoryBytes}; a consumer that holds all of them stops the
 * threads, and those the reading.
 *
 * <p><b>Failures.</b> What a function throws fails its batch: {@code next} throws a {@link
 * io.penstock.PenstockException} that names the record, and whoever catches it may go on with the
 * batch after it.
 *
 * <p><b>Order.</b> Batches come in order, unless {@link io.penstock.LoaderBuilder#anyOrder} lets
 * finished ones overtake one that takes long.
 */
package io.penstock.transform;

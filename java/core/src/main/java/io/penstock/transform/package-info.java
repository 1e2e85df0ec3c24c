/**
 * Transforms run between reading and delivery, on several threads, with the same result for any
 * number of threads.
 *
 * <p>A {@link io.penstock.transform.Transform} makes columns from other columns, of another type or
 * shape if need be; {@link io.penstock.LoaderBuilder#transform} appends it to the chain of a
 * loader. {@link io.penstock.transform.Transforms} has ready-made ones; your own is a lambda.
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
 *                 OutputColumn.of("isEven", ElementType.BOOL),
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
 * <p><b>Records and batches.</b> A {@link io.penstock.transform.RecordTransform} sees one record.
 * Consecutive record transforms run one after the other on each record, while it is in the caches
 * of the processor. A {@link io.penstock.transform.BatchTransform} sees all records of a batch and
 * makes some of them; it waits until the whole batch has passed the steps before it.
 *
 * <p><b>Records of different sizes.</b> A transform may read variable columns, and make records of
 * one size of them, or variable columns again: {@link io.penstock.array.OutputColumn#variable} and
 * {@link io.penstock.array.OutputColumn#variableWithin} say how many values a record has at most,
 * and {@link io.penstock.transform.RecordContext#setOutputLength} how many it has. Where a batch
 * comes in pieces ({@link io.penstock.LoaderBuilder#batchBytes}), each piece is transformed and
 * delivered by itself.
 *
 * <p><b>Random numbers</b> come from {@link io.penstock.transform.RecordRandom}: they are a
 * function of seed, epoch, position, and the place of the transform in the chain. So an augmented
 * record is the same for any number of threads, backend, batch size and number of ranks, and after
 * a resume; in the next epoch it differs.
 *
 * <p><b>Threads.</b> The loader has {@link io.penstock.LoaderBuilder#transformThreads} threads for
 * transforms. They work on parts of the oldest batch first. Several threads call a function at
 * once; it must not wait for the consumer or close the loader. Memory for transformed batches is a
 * part of {@link io.penstock.LoaderBuilder#memoryBytes}. A consumer that holds all of these batches
 * stops the threads, and they stop the reading.
 *
 * <p><b>Failures.</b> A function that throws fails its batch: {@code next} throws a {@link
 * io.penstock.error.PenstockException} that names the record, and a loop that catches it may go on
 * with the batch after it.
 *
 * <p><b>Order.</b> Batches come in order, unless {@link io.penstock.LoaderBuilder#anyOrder} lets
 * finished ones overtake slow ones; pieces of batches do as batches do.
 */
@NullMarked
package io.penstock.transform;

import org.jspecify.annotations.NullMarked;

/**
 * Penstock as the input of trainers that run on the Deep Java Library (DJL).
 *
 * <p>{@link io.penstock.djl.PenstockDataset} hands the batches of a {@link io.penstock.Loader} to
 * DJL as arrays in the loader's own memory; {@link io.penstock.djl.PenstockRecords} is for single
 * records and small sets.
 *
 * {@snippet lang="java" :
 * try (Dataset dataset = Dataset.open(images, labels);
 *     Loader loader = dataset.loader().batchSize(128).seed(7).build()) {
 *   PenstockDataset training =
 *       PenstockDataset.builder(loader).data("images").label("labels").build();
 *   EasyTrain.fit(trainer, 10, training, null); // ten epochs, each in another order
 * }
 * }
 *
 * <p>To resume a job, give the loader the saved {@link io.penstock.LoaderBuilder#state state}: the
 * first epoch is then the rest of the one in which the job ended.
 */
package io.penstock.djl;

/**
 * Penstock on Spark. {@link io.penstock.spark.PenstockSpark} makes shards with all executors, byte
 * for byte those of one machine, and trains as ranks in a barrier stage; the format {@code
 * penstock} reads datasets as DataFrames, and writes DataFrames as shards.
 *
 * <pre>{@code
 * SparkSource source = SparkSource.of("/data/images.npy", "/data/labels.npy");
 * ShardOptions options = ShardOptions.DEFAULT.shards(64).seed(7);
 * PenstockSpark.shuffle(spark, source, Path.of("/data/shuffled"), options);
 * Dataset<Row> rows = spark.read().format("penstock").load("/data/shuffled");
 * }</pre>
 *
 * <p>How shards are made. A task reads a stretch of the data and computes for each record where it
 * goes: its position in the order is a pure function. Records travel in blocks, each for one
 * <i>bucket</i>, a run of positions of one shard, so that Spark's shuffle sees few large values,
 * which it stores as they are. Each bucket is a partition of that shuffle; the task of a shard asks
 * for one bucket after another, puts it in order, by position, and appends it. Nothing depends on
 * who computed what, or how often.
 */
@NullMarked
package io.penstock.spark;

import org.jspecify.annotations.NullMarked;

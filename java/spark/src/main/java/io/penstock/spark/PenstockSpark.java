package io.penstock.spark;

import io.penstock.array.Column;
import io.penstock.write.ShardDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Penstock on Spark: shards made by all executors together, and training as ranks.
 *
 * <p>All paths must mean the same files on all machines: a shared file system, or one machine.
 * Failures of executors that are about data are thrown here, on the driver, as {@link
 * io.penstock.error.PenstockException}s that name the executor.
 */
public final class PenstockSpark {
  private static final int SAMPLED_RECORDS = 1000;

  private PenstockSpark() {}

  /**
   * Writes the records of a dataset in shuffled order into shards: the same bytes as {@link
   * io.penstock.write.DatasetShuffle} writes with this seed and number of shards on one machine,
   * whatever the number of executors, and whatever tasks were repeated or run twice.
   *
   * @param spark the session
   * @param source where the data lies
   * @param directory the directory to make; its parent must exist
   * @param options how many shards, which seed
   * @return what was done; the directory is complete
   * @throws io.penstock.error.PenstockException if an executor does not see the data or the
   *     directory, the data changes meanwhile, or something must not be replaced; then the
   *     directory is as it was
   * @throws IllegalArgumentException if there are fewer records than shards
   */
  public static ShardReport shuffle(
      SparkSession spark, SparkSource source, Path directory, ShardOptions options) {
    return shuffle(spark, source, directory, options, _ -> {});
  }

  /**
   * As {@link #shuffle(SparkSession, SparkSource, Path, ShardOptions)}, and tells how far it is.
   *
   * @param spark the session
   * @param source where the data lies
   * @param directory the directory to make; its parent must exist
   * @param options how many shards, which seed
   * @param progress gets a line for each task that ends, from a thread of Spark
   * @return what was done; the directory is complete
   */
  public static ShardReport shuffle(
      SparkSession spark,
      SparkSource source,
      Path directory,
      ShardOptions options,
      Consumer<String> progress) {
    Objects.requireNonNull(progress, "progress");
    try (io.penstock.Dataset dataset = source.open()) {
      ShardDirectory.checkSources(directory, dataset.files());
      SourceLook look = SourceLook.of(source, dataset);
      long count = dataset.recordCount();
      long mean = meanBytes(dataset);
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      ShardRun.ShardRecords records =
          new ShardRun.ShardRecords(
              dataset.columns().stream().map(ColumnForm::of).toList(),
              count,
              mean,
              true,
              dataset.fingerprint(),
              List.of());
      return new ShardRun(spark, directory, options, progress)
          .run(
              records,
              job -> {
                int parts =
                    options.parts(
                        mean * count,
                        count,
                        context.defaultParallelism(),
                        (long) job.shards() * job.buckets());
                return context
                    .parallelize(RecordStretch.of(count, parts), parts)
                    .mapPartitionsToPair(new StretchTask(job, look));
              },
              dataset::check);
    }
  }

  /**
   * Writes the rows of a DataFrame into shards, in their order: those of partition 0 first. What
   * {@code rows.write().format("penstock").save(directory)} does.
   *
   * @param rows numbers, booleans, arrays of them of one length, strings and binary values; no
   *     nulls. The query runs twice, and must give the same rows in the same order
   * @param directory the directory to make; its parent must exist
   * @param options how many shards
   * @return what was done; the directory is complete
   * @throws io.penstock.error.PenstockException if a column has another type or a null, naming it,
   *     or as {@link #shuffle(SparkSession, SparkSource, Path, ShardOptions)}
   */
  public static ShardReport convert(Dataset<Row> rows, Path directory, ShardOptions options) {
    return new RowShards(rows, List.of()).write(directory, options, false, _ -> {});
  }

  /**
   * Writes the rows of a DataFrame into shards, in shuffled order: what {@link #convert} writes,
   * shuffled as {@link #shuffle(SparkSession, SparkSource, Path, ShardOptions)} would.
   *
   * @param rows as for {@link #convert}
   * @param directory the directory to make; its parent must exist
   * @param options how many shards, which seed
   * @return what was done; the directory is complete
   */
  public static ShardReport shuffle(Dataset<Row> rows, Path directory, ShardOptions options) {
    return new RowShards(rows, List.of()).write(directory, options, true, _ -> {});
  }

  /**
   * Trains: runs a function in a barrier stage, as several ranks at the same time, each with its
   * part of the records of each step.
   *
   * <p>The ranks gather the state of the job every so many steps, and rank 0 saves it, with the
   * model, to the file that the options name. When a rank fails, the job starts again from there,
   * and so does another call, also with another number of ranks: of the records that the state
   * counts none was left out, and none delivered twice.
   *
   * @param <T> what a rank returns
   * @param spark the session
   * @param source where the data lies
   * @param options state, epochs, batches
   * @param function what each rank does
   * @return what the ranks returned, in their order
   * @throws io.penstock.error.PenstockException if an executor does not see the data or the state,
   *     or there are too few cores for the ranks
   */
  public static <T> List<T> train(
      SparkSession spark, SparkSource source, TrainOptions options, RankFunction<T> function) {
    return RankRun.run(spark, source, options, function);
  }

  /** Looks at some records, spread over the data, if sizes differ. */
  private static long meanBytes(io.penstock.Dataset dataset) {
    long count = dataset.recordCount();
    long sum = 0;
    for (Column column : dataset.columns()) {
      if (!column.isVariable()) {
        sum += column.recordBytes();
      } else if (count > 0) {
        var sizes = dataset.recordSizes(column.name());
        long looked = Math.min(count, SAMPLED_RECORDS);
        long bytes = 0;
        for (long i = 0; i < looked; i++) {
          bytes += sizes.applyAsLong((long) ((double) i / looked * count));
        }
        sum += bytes / looked + Integer.BYTES;
      }
    }
    return Math.max(1, sum);
  }
}

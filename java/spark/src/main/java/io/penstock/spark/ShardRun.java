package io.penstock.spark;

import io.penstock.array.Column;
import io.penstock.checksum.ShardChecksums;
import io.penstock.write.ShardDirectory;
import io.penstock.write.ShardLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * One job that makes shards: the driver's side of it.
 *
 * <p>It makes the directory, has the blocks of all records sent to the tasks of their shards, takes
 * the files of the attempts whose results Spark hands over, and commits the directory. Until then
 * the target is as it was. It runs once. Of one thread.
 */
final class ShardRun {
  private final SparkSession spark;
  private final Path target;
  private final ShardOptions options;
  private final Consumer<String> progress;

  /** What the records are, as the driver knows them. */
  record ShardRecords(
      List<ColumnForm> columns,
      long count,
      long meanBytes,
      boolean isShuffled,
      String source,
      List<String> noteLines) {
    ShardRecords {
      columns = List.copyOf(columns);
      noteLines = List.copyOf(noteLines);
    }
  }

  ShardRun(SparkSession spark, Path target, ShardOptions options, Consumer<String> progress) {
    this.spark = spark;
    this.target = target;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Makes the shards.
   *
   * @param blocks makes the blocks of all records, by the job
   * @param check runs when all shards are written, before the directory is committed
   */
  ShardReport run(
      ShardRecords records,
      Function<ShardJob, JavaPairRDD<Integer, EntryBlock>> blocks,
      Runnable check) {
    long start = System.nanoTime();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Column> columns =
        records.columns().stream().map(form -> form.column(records.count())).toList();
    ShardLayout layout = ShardLayout.of(columns, records.count(), options.shards(records.count()));
    String token = UUID.randomUUID().toString();
    long share = ExecutorShare.bytes(context);
    ShardJob planned = job(records, share, Path.of("."), token);
    try (ShardDirectory directory =
            ShardDirectory.create(
                target,
                options.mayReplace(),
                layout,
                planned.order(),
                records.source(),
                records.noteLines());
        JobWatch watch = JobWatch.start(context, token, progress)) {
      directory.mark(ShardJob.MARK, token);
      ShardJob job = job(records, share, directory.attempts(), token);
      List<ShardResult> results =
          BlockExchange.byShard(blocks.apply(job), job).mapPartitions(new ShardTask(job)).collect();
      for (ShardResult result : results) {
        take(directory, layout, result);
      }
      if (options.hasChecksums()) {
        writeChecksums(directory, layout, results);
      }
      check.run();
      long bytes = results.stream().mapToLong(ShardResult::bytes).sum();
      directory.commit();
      return watch.end(records.count(), bytes, layout.shards(), System.nanoTime() - start);
    } catch (Exception e) {
      throw SparkFailures.told(e);
    }
  }

  private ShardJob job(ShardRecords records, long share, Path attempts, String token) {
    return new ShardJob(
        records.columns(),
        records.count(),
        records.meanBytes(),
        records.isShuffled(),
        options,
        share,
        attempts,
        token);
  }

  private static void take(ShardDirectory directory, ShardLayout layout, ShardResult result) {
    String prefix = ShardTask.prefix(result.attempt());
    for (String name : layout.fileNames(result.shard())) {
      directory.take(prefix + name, name);
    }
  }

  /** Puts together what the attempts computed whose shards were taken. */
  private static void writeChecksums(
      ShardDirectory directory, ShardLayout layout, List<ShardResult> results) {
    Map<String, String> files = new HashMap<>();
    Path[] parts = new Path[layout.shards()];
    for (ShardResult result : results) {
      List<String> names = layout.fileNames(result.shard());
      for (int i = 0; i < names.size(); i++) {
        files.put(names.get(i), result.checksums().get(i));
      }
      parts[result.shard()] =
          directory.attempts().resolve(ShardTask.recordChecksums(result.attempt()));
    }
    ShardChecksums.write(directory.taken(), layout, files, List.of(parts));
  }
}

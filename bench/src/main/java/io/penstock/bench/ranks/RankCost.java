package io.penstock.bench.ranks;

import io.penstock.sampler.Sampler;
import io.penstock.write.ShardLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongUnaryOperator;

/** What it costs to compute who gets which record, in processor time of this thread. */
final class RankCost {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WARMUP_NANOS = 300_000_000;
  private static final int RUN = 1 << 12;

  private final long nanos;
  private long sink;

  /**
   * Makes a meter.
   *
   * @param seconds of processor time for each figure
   */
  RankCost(double seconds) {
    this.nanos = (long) (seconds * 1e9);
  }

  /** Nanoseconds for each record that a rank is delivered, in the middle of an epoch. */
  double delivered(RankedJob job) {
    try (RankBatch batch =
        new RankBatch(job, job.worldSize() / 2, job.after(null, job.steps() / 2))) {
      LongUnaryOperator batches =
          _ -> {
            long records = 0;
            while (records < RUN) {
              if (!batch.next()) {
                batch.rewind(); // A small epoch comes several times.
                batch.next();
              }
              records += batch.size();
              sink += batch.index(0);
            }
            return records;
          };
      return perRecord(batches);
    }
  }

  /** Nanoseconds for each record whose shard a task that reads looks up. */
  double scattered(Sampler order, ShardLayout layout) {
    long most = order.recordCount() - RUN;
    return perRecord(
        run -> {
          long first = run * 1_000_003L * RUN % most;
          for (long index = first; index < first + RUN; index++) {
            sink += layout.shardOf(order.position(0, index));
          }
          return RUN;
        });
  }

  private double perRecord(LongUnaryOperator work) {
    long run = 0;
    long start = THREADS.getCurrentThreadCpuTime();
    while (THREADS.getCurrentThreadCpuTime() - start < WARMUP_NANOS) {
      sink += work.applyAsLong(run++);
    }
    long records = 0;
    long from = THREADS.getCurrentThreadCpuTime();
    long spent = 0;
    while (spent < nanos) {
      records += work.applyAsLong(run++);
      spent = THREADS.getCurrentThreadCpuTime() - from;
    }
    return (double) spent / records;
  }

  /** So that no work can be left out as unused. */
  long sink() {
    return sink;
  }
}

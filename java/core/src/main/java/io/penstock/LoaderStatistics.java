package io.penstock;

import io.penstock.internal.engine.EnginePlan;
import io.penstock.internal.ffi.ReaderStatistics;
import io.penstock.internal.pipeline.PipelineStatistics;
import io.penstock.options.Readahead;

/**
 * What a loader has done since it was built: a snapshot.
 *
 * <p><b>Where the time went.</b> The thread of the consumer does one of two things: {@code
 * stallNanos} and {@code consumerNanos} add up to {@code elapsedNanos}, except for the time between
 * epochs that are not read ahead. If stalls are a small share of it, the trainer is the bottleneck.
 *
 * <p>A reading thread does one of six things, beside the consumer: it waits for the device,
 * computes the order, plans, copies, checks what was read, or is idle because there is no room for
 * more finished batches. Together these are nearly the elapsed time multiplied by the number of
 * reading threads; with io_uring the device goes on reading in all of them. They count up to the
 * last batch that each thread finished.
 *
 * <p>{@code queueNanos} is summed over batches that lie ready side by side, and so may exceed the
 * elapsed time. Divided by the elapsed time it is the number of finished batches that lay ready on
 * average. Near 0, the consumer waits for data; near {@code prefetchBatches}, data wait for the
 * consumer.
 *
 * <p>With {@code backend=mmap} the kernel reads pages by itself while they are copied, and does not
 * tell for whom. {@code waitNanos}, {@code requests}, {@code bytesRead} and related figures are
 * then 0, and waiting for pages is part of {@code copyNanos}. Failed batches are not counted, but
 * the time that they took is.
 *
 * @param records records delivered
 * @param batches batches delivered
 * @param bytes bytes delivered
 * @param elapsedNanos time from the start of the first epoch to the last delivery
 * @param stallNanos time that the consumer waited for batches
 * @param consumerNanos time between a delivery and the request for the next batch
 * @param queueNanos time that finished batches lay ready before they were asked for
 * @param waitNanos time that reading threads waited for the device
 * @param orderNanos time that reading threads computed the order
 * @param planNanos time that reading threads decided what to read and started it; with {@code
 *     backend=mmap}, told the kernel what to read
 * @param copyNanos time that reading threads copied, to batches and within the reader
 * @param checkNanos time that reading threads checked batches that were read
 * @param idleNanos time that reading threads waited for the consumer to give a batch back
 * @param transformNanos time that threads transformed what was delivered, added up; 0 without
 *     transforms
 * @param transformIdleNanos time that these threads had nothing to do, added up: they waited for
 *     data to be read, or for the consumer to give a batch back
 * @param cpuNanosNative processor time of the reading threads, user and system; -1 when the kernel
 *     does not tell
 * @param requests reads issued
 * @param bytesRead bytes that these reads brought
 * @param bytesWanted bytes of records among them; the rest was read through gaps and for alignment
 * @param straightBytes bytes read straight to their place, without a copy
 * @param mergedRecords records that shared a read with an earlier one
 * @param shortReads reads that brought less than was asked for, and were continued
 * @param repeats reads repeated after an error
 * @param cacheHits records taken from the cache instead of being read; counted when they would have
 *     been read, ahead of their delivery
 * @param badRecords records that could not be read or did not match their checksums, and were
 *     skipped or replaced; counted when they were found, ahead of delivery
 * @param sweeps how often reading swept over all of the files
 * @param latencies how long the requests took
 * @param queueDepthMax most requests in flight at once
 * @param queueDepth most requests in flight, as was found to suit the device
 * @param mergeGapBytes largest gap between records that is read through, as was found to suit the
 *     device
 * @param readahead the flags in effect
 * @param backend the backend in use: "uring", "pread" or "mmap"
 * @param io "direct" or "buffered"
 * @param memoryBytes memory that the loader takes outside of the Java heap
 * @param reason why this backend was chosen, and why so much is read ahead, in one line
 */
public record LoaderStatistics(
    long records,
    long batches,
    long bytes,
    long elapsedNanos,
    long stallNanos,
    long consumerNanos,
    long queueNanos,
    long waitNanos,
    long orderNanos,
    long planNanos,
    long copyNanos,
    long checkNanos,
    long idleNanos,
    long transformNanos,
    long transformIdleNanos,
    long cpuNanosNative,
    long requests,
    long bytesRead,
    long bytesWanted,
    long straightBytes,
    long mergedRecords,
    long shortReads,
    long repeats,
    long cacheHits,
    long badRecords,
    long sweeps,
    Latencies latencies,
    long queueDepthMax,
    long queueDepth,
    long mergeGapBytes,
    Readahead readahead,
    String backend,
    String io,
    long memoryBytes,
    String reason) {

  /** Made from what was done, and from the plan in effect. */
  static LoaderStatistics of(
      PipelineStatistics done, EnginePlan plan, String reason, long badRecords) {
    ReaderStatistics readers = done.readers();
    return new LoaderStatistics(
        done.records(),
        done.batches(),
        done.bytes(),
        done.elapsedNanos(),
        done.stallNanos(),
        done.consumerNanos(),
        done.queueNanos(),
        readers.waitNanos,
        readers.orderNanos,
        readers.planNanos + readers.admitNanos,
        readers.copyNanos,
        readers.checkNanos,
        readers.idleNanos,
        done.transformNanos(),
        done.transformIdleNanos(),
        readers.cpuNanos,
        readers.requests,
        readers.bytesRead,
        readers.bytesWanted,
        readers.straightBytes,
        readers.mergedRecords,
        readers.shortReads,
        readers.repeats,
        readers.cacheHits,
        badRecords,
        readers.sweeps,
        new Latencies(readers.latencies),
        readers.queueDepthMax,
        readers.queueDepth,
        readers.mergeGapBytes,
        plan.readahead,
        plan.choice.backendName(),
        plan.choice.io(),
        plan.memoryBytes(),
        reason);
  }

  /**
   * The share of records that did not have to be read.
   *
   * @return 0 to 1; 0 if nothing was delivered. During an epoch it runs a little ahead, as {@code
   *     cacheHits} does.
   */
  public double cacheShare() {
    return records == 0 ? 0 : Math.min(1, (double) cacheHits / records);
  }

  /**
   * The share of the elapsed time that the consumer waited for batches.
   *
   * @return 0 to 1; 0 when nothing was delivered
   */
  public double stallShare() {
    return elapsedNanos == 0 ? 0 : Math.min(1, (double) stallNanos / elapsedNanos);
  }
}

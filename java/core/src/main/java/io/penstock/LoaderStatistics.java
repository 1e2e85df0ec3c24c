package io.penstock;

import io.penstock.internal.engine.PipelineStatistics;
import io.penstock.internal.ffi.ReaderStatistics;

/**
 * What a loader did since it was built, at one moment.
 *
 * <p><b>Where the time went.</b> The consumer's thread does one of two things: {@code stallNanos}
 * and {@code consumerNanos} together are {@code elapsedNanos}, but for what lies between epochs
 * that are not read ahead. Where stalls are a small share of it, the trainer is the bottleneck.
 *
 * <p>A reading thread does one of six things, at the same time as the consumer's: it waits for the
 * device, computes the order, plans, copies, checks what was read, or is idle, because as many
 * batches are finished as there is room for. Together this is nearly all of the elapsed time, times
 * the number of reading threads; with io_uring the device goes on reading in all of them. They
 * count up to the last batch that each thread finished.
 *
 * <p>{@code queueNanos} adds up over batches that lie ready side by side, and so may exceed the
 * elapsed time: divided by it, it is the number of finished batches that lay ready on average. Near
 * 0, the consumer waits for data; near {@code prefetchBatches}, data wait for the consumer.
 *
 * <p>With {@code backend=mmap} the kernel reads pages by itself while they are copied, and does not
 * tell whose: {@code waitNanos}, {@code requests}, {@code bytesRead} and what belongs to them are 0
 * then, and waiting for pages is part of {@code copyNanos}. Failed batches are not counted, the
 * time that they took is.
 *
 * @param records records delivered
 * @param batches batches delivered
 * @param bytes bytes delivered
 * @param elapsedNanos time from the start of the first epoch to the last delivery
 * @param stallNanos time that the consumer waited for batches
 * @param consumerNanos time between deliveries and the next questions for a batch
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
 * @param cacheHits records that were not read but taken from memory kept over epochs; counted when
 *     their turn to be read would have come, ahead of their delivery
 * @param badRecords records that could not be read or were not what their checksums say, and were
 *     skipped or replaced; counted when they were found, ahead of delivery
 * @param sweeps times that reading went over all of the files
 * @param latencies how long the requests took
 * @param queueDepthMax most requests in flight at once
 * @param queueDepth requests in flight at most, as it was found to suit the device
 * @param mergeGapBytes gap between records that is read through, as it was found to suit the device
 * @param readahead the flags in effect
 * @param backend the backend in use: "uring", "pread" or "mmap"
 * @param io "direct" or "buffered"
 * @param memoryBytes memory that the loader takes outside of the Java heap
 * @param reason why this backend, and why so much read ahead, in one line
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

  /** Put together from what was done and what does it now. */
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
   * @return 0 to 1; 0 when nothing was delivered. While an epoch is read it runs a little ahead, as
   *     {@code cacheHits} does.
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

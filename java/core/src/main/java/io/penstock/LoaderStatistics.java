package io.penstock;

/**
 * What a loader did since it was built, at one moment.
 *
 * <p>With {@code backend=mmap} the kernel reads pages by itself and does not tell whose: {@code
 * requests}, {@code bytesRead} and what belongs to them are 0 then. Failed batches count nowhere.
 *
 * @param records records delivered
 * @param batches batches delivered
 * @param bytes bytes delivered
 * @param elapsedNanos time from the start of the first epoch to the last delivery
 * @param stallNanos time that the consumer waited for batches
 * @param consumerNanos time between deliveries and the next questions for a batch
 * @param waitNanos time that reading threads waited for the device
 * @param copyNanos time that reading threads copied
 * @param planNanos time that reading threads decided what to read and started it
 * @param cpuNanosNative processor time of the reading threads, user and system; -1 when the kernel
 *     does not tell
 * @param requests reads issued
 * @param bytesRead bytes that these reads brought
 * @param bytesWanted bytes of records among them; the rest was read through gaps and for alignment
 * @param straightBytes bytes read straight to their place, without a copy
 * @param mergedRecords records that shared a read with an earlier one
 * @param shortReads reads that brought less than was asked for, and were continued
 * @param repeats reads repeated after an error
 * @param cacheHits records that were not read but taken from memory kept over epochs
 * @param sweeps times that reading went over all of the files
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
    long waitNanos,
    long copyNanos,
    long planNanos,
    long cpuNanosNative,
    long requests,
    long bytesRead,
    long bytesWanted,
    long straightBytes,
    long mergedRecords,
    long shortReads,
    long repeats,
    long cacheHits,
    long sweeps,
    long queueDepthMax,
    long queueDepth,
    long mergeGapBytes,
    Readahead readahead,
    String backend,
    String io,
    long memoryBytes,
    String reason) {}

package io.penstock.internal.events;

/**
 * What was decided about how a loader reads.
 *
 * @param backend the name of the backend
 * @param io whether the page cache takes part
 * @param reason why
 * @param readahead the flags in effect
 * @param memoryBytes memory outside of the heap
 * @param order description of the sampler
 * @param seed of the sampler
 * @param batchSize records of a batch
 * @param recordCount records of an epoch
 * @param recordBytes of all columns together; the mean, where records differ in size
 */
public record LoaderFacts(
    String backend,
    String io,
    String reason,
    String readahead,
    long memoryBytes,
    String order,
    long seed,
    int batchSize,
    long recordCount,
    long recordBytes) {}

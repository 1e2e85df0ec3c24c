package io.penstock.internal.pipeline;

import io.penstock.internal.ffi.ReaderStatistics;

/**
 * What a pipeline did since it was made, at one moment.
 *
 * @param records delivered
 * @param batches delivered
 * @param bytes delivered
 * @param stallNanos the consumer waited for batches
 * @param consumerNanos between a delivery and the next question for a batch
 * @param queueNanos finished batches lay ready before they were asked for, added up
 * @param transformNanos threads transformed what was delivered, added up
 * @param transformIdleNanos transforming threads had nothing to do, added up
 * @param elapsedNanos from the first order to the last delivery
 * @param readers sum over the readers
 */
public record PipelineStatistics(
    long records,
    long batches,
    long bytes,
    long stallNanos,
    long consumerNanos,
    long queueNanos,
    long transformNanos,
    long transformIdleNanos,
    long elapsedNanos,
    ReaderStatistics readers) {

  /** The same with what transforming threads waited. */
  public PipelineStatistics withTransformIdle(long nanos) {
    return new PipelineStatistics(
        records,
        batches,
        bytes,
        stallNanos,
        consumerNanos,
        queueNanos,
        transformNanos,
        nanos,
        elapsedNanos,
        readers);
  }

  /**
   * Together with what another pipeline did before.
   *
   * @param earlier of the other
   * @return the sums
   */
  public PipelineStatistics plus(PipelineStatistics earlier) {
    ReaderStatistics both = new ReaderStatistics();
    both.add(earlier.readers);
    both.add(readers);
    both.queueDepth = readers.queueDepth;
    both.mergeGapBytes = readers.mergeGapBytes;
    both.queueDepthMax = Math.max(readers.queueDepthMax, earlier.readers.queueDepthMax);
    return new PipelineStatistics(
        records + earlier.records,
        batches + earlier.batches,
        bytes + earlier.bytes,
        stallNanos + earlier.stallNanos,
        consumerNanos + earlier.consumerNanos,
        queueNanos + earlier.queueNanos,
        transformNanos + earlier.transformNanos,
        transformIdleNanos + earlier.transformIdleNanos,
        elapsedNanos + earlier.elapsedNanos,
        both);
  }
}

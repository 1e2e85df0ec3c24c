package io.penstock.transform;

/** Transforms each record by itself: see {@link Transform#ofRecords}. */
@FunctionalInterface
public interface RecordTransform {
  /**
   * Writes all output columns of one record. Called by several threads at once, each with a context
   * of its own, so any state kept between calls must be thread-safe. Output memory initially holds
   * arbitrary bytes. It says how many values it wrote into each variable output column: {@link
   * RecordContext#setOutputLength}.
   *
   * @param record where its columns lie, which record it is, and its random numbers; valid during
   *     the call only
   * @throws Exception to fail the batch; the consumer gets a {@link
   *     io.penstock.error.PenstockException} that names the record and has this as its cause. A
   *     PenstockException of the kind {@link io.penstock.error.ErrorKind#DAMAGED_RECORD} says that
   *     the record is bad: the loader's {@link io.penstock.options.BadRecordPolicy} decides what
   *     becomes of it. If the record is skipped or replaced, its batch is transformed once more
   */
  void apply(RecordContext record) throws Exception;
}

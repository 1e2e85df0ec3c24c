package io.penstock.transform;

/**
 * What is done to records that need others of their batch, as in mixup: see {@link
 * Transform#ofBatches}.
 */
@FunctionalInterface
public interface BatchTransform {
  /**
   * Writes all output columns of some records of a batch. Called once or several times for each
   * batch, for parts of it, by several threads at once; inputs of all records may be read, outputs
   * of only these written. Output memory holds anything before.
   *
   * @param batch where its columns lie, which records they are, and their random numbers; valid
   *     during the call only
   * @param from first record to be written, its place in the batch
   * @param to behind the last one
   * @throws Exception to fail the batch; the consumer gets a {@link io.penstock.PenstockException}
   *     that has this as its cause
   */
  void apply(BatchContext batch, int from, int to) throws Exception;
}

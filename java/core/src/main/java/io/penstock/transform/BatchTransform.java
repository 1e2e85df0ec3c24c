package io.penstock.transform;

/**
 * Transforms records that need others of their batch, as in mixup: see {@link Transform#ofBatches}.
 */
@FunctionalInterface
public interface BatchTransform {
  /**
   * Writes all output columns of some records of a batch. Called once or several times for each
   * batch, for parts of it, by several threads at once. It may read the inputs of all records, and
   * must write the outputs of these records only, in any order. Output memory initially holds
   * arbitrary bytes. It says how many values it wrote of each record into each variable output
   * column: {@link BatchContext#setOutputLength}.
   *
   * @param batch where its columns lie, which records they are, and their random numbers; valid
   *     during the call only
   * @param from first record to be written, its place in the batch
   * @param to end of the range, exclusive
   * @throws Exception to fail the batch; the consumer gets a {@link
   *     io.penstock.error.PenstockException} that has this as its cause
   */
  void apply(BatchContext batch, int from, int to) throws Exception;
}

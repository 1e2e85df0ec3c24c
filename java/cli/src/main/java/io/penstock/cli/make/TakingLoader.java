package io.penstock.cli.make;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.internal.dataset.SizeSurvey;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.sampler.Sampler;

/**
 * Makes the loader that records are written with. A batch has room for the largest of them, as
 * whoever writes them out cannot leave one out.
 */
final class TakingLoader {
  private static final long BATCHES_IN_MEMORY = 4;
  private static final long MOST_BATCH_BYTES = 1 << 30;

  private TakingLoader() {}

  /**
   * Makes it.
   *
   * @param order of the records
   * @param memoryBytes for records that are read ahead; null for as much as is sensible
   */
  static Loader open(Dataset dataset, Sampler order, Long memoryBytes) {
    LoaderBuilder builder = dataset.loader().sampler(order);
    SizeSurvey sizes =
        SizeSurvey.of(
            dataset.columns(),
            dataset::recordSizes,
            position -> order.index(0, position),
            order.positionCount());
    if (sizes.largestVariableBytes() > 0) {
      long largest = sizes.largestVariableBytes();
      long memory =
          memoryBytes == null
              ? Math.max(MemoryBudget.byDefault().bytes(), BATCHES_IN_MEMORY * largest)
              : memoryBytes;
      builder.memoryBytes(memory).batchBytes(Math.clamp(memory / 16, largest, MOST_BATCH_BYTES));
    } else if (memoryBytes != null) {
      builder.memoryBytes(memoryBytes);
    }
    return builder.build();
  }
}

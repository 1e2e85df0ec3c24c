package io.penstock.djl;

import ai.djl.ndarray.NDList;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.util.concurrent.atomic.AtomicBoolean;

/** A batch of DJL that may be closed twice, unlike DJL's own, and whose lease ends with it. */
final class LeasedBatch extends Batch {
  private final Lease lease;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  /**
   * Makes the batch.
   *
   * @param number number of batches of the epoch up to this one
   * @param count number of batches in the epoch
   */
  LeasedBatch(Lease lease, NDList data, NDList labels, long number, long count) {
    // Stacking is what arrays along the first axis are split by, over several devices.
    super(
        lease.manager(),
        data,
        labels,
        lease.batch().size(),
        Batchifier.STACK,
        Batchifier.STACK,
        number,
        count,
        lease.indices());
    this.lease = lease;
  }

  @Override
  public void close() {
    if (!isClosed.getAndSet(true)) {
      super.close();
      lease.close();
    }
  }
}

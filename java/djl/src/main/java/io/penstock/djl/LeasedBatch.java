package io.penstock.djl;

import ai.djl.ndarray.NDList;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A batch of DJL that can be closed twice, which DJL's own cannot, and whose lease ends with it.
 */
final class LeasedBatch extends Batch {
  private final Lease lease;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  /**
   * Puts the parts together.
   *
   * @param number how many batches of the epoch there are with this one
   * @param count how many there will have been
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

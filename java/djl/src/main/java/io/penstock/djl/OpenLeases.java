package io.penstock.djl;

import java.util.ArrayList;
import java.util.List;

/**
 * The leases that a trainer has not ended yet. An array that outlives its memory crashes the
 * process when it is touched, so none may.
 *
 * <p>Thread-safe. It must not call a lease while it holds its lock.
 */
final class OpenLeases {
  private final List<Lease> leases = new ArrayList<>();
  private boolean isClosed;

  synchronized void add(Lease lease) {
    if (isClosed) {
      throw new IllegalStateException("the loader is closed");
    }
    leases.add(lease);
  }

  synchronized void remove(Lease lease) {
    leases.remove(lease);
  }

  /**
   * Ends all leases, and closes their arrays; no new ones begin.
   *
   * @throws IllegalStateException if another live thread has one, and may be computing with it;
   *     those of this thread and of dead threads have then ended
   */
  void close() {
    Lease used = null;
    for (Lease lease : last()) {
      if (lease.owner() == Thread.currentThread() || !lease.owner().isAlive()) {
        lease.closeAll();
      } else {
        used = lease;
      }
    }
    if (used != null) {
      throw new IllegalStateException(
          ("a batch is open in thread '%s', which may be computing with arrays in its memory:"
                  + " close the batch there, and then the loader again")
              .formatted(used.owner().getName()));
    }
  }

  private synchronized List<Lease> last() {
    isClosed = true;
    return List.copyOf(leases);
  }
}

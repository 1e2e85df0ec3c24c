package io.penstock.stress;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What a stress run did, and what it found. Thread-safe; counting allocates nothing. */
final class StressCounts {
  final AtomicLong rounds = new AtomicLong();
  final AtomicLong batches = new AtomicLong();
  final AtomicLong records = new AtomicLong();
  final AtomicLong epochs = new AtomicLong();
  final AtomicLong failedBatches = new AtomicLong();
  final AtomicLong interrupts = new AtomicLong();
  final AtomicLong foreignCloses = new AtomicLong();
  final AtomicLong retained = new AtomicLong();
  final AtomicLong lateCloses = new AtomicLong();
  final AtomicLong damagedFiles = new AtomicLong();
  final AtomicLong outOfMemory = new AtomicLong();
  final AtomicLong fullHeaps = new AtomicLong();
  final AtomicLong forgotten = new AtomicLong();
  final AtomicLong progress = new AtomicLong();

  /** What is wrong, first of all. */
  final AtomicReference<String> wrong = new AtomicReference<>();

  final AtomicReference<Throwable> unexpected = new AtomicReference<>();

  /**
   * Notes what should not have been thrown. While a thread fills the heap everything may fail for
   * want of memory, and a class of the JDK whose first use was then stays broken: that counts as
   * what it is.
   */
  void thrown(Throwable thrown) {
    boolean isForWantOfMemory = false;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      isForWantOfMemory |= cause instanceof VirtualMachineError;
      isForWantOfMemory |= cause instanceof NoClassDefFoundError;
    }
    if (isForWantOfMemory && fullHeaps.get() > 0) {
      outOfMemory.incrementAndGet();
    } else {
      unexpected.compareAndSet(null, thrown);
    }
  }

  @Override
  public String toString() {
    return ("%s rounds, %s epochs, %s batches, %s records checked; %s batches retained, %s closed"
            + " again later, %s failed; %s interrupts, %s closes by others, %s files damaged, %s"
            + " loaders forgotten, %s times a full heap, %s OutOfMemoryErrors")
        .formatted(
            rounds,
            epochs,
            batches,
            records,
            retained,
            lateCloses,
            failedBatches,
            interrupts,
            foreignCloses,
            damagedFiles,
            forgotten,
            fullHeaps,
            outOfMemory);
  }
}

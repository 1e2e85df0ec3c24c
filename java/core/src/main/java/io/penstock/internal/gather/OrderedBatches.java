package io.penstock.internal.gather;

import io.penstock.internal.slot.Slot;
import java.util.ArrayDeque;

/**
 * The batches that a gatherer in Java has ordered and not handed over, from the oldest on. Of the
 * owner of the gatherer. Allocates only where there are more batches than ever before.
 */
final class OrderedBatches {
  private static final int FIRST_CAPACITY = 16;

  private OrderedBatch[] ring = new OrderedBatch[FIRST_CAPACITY];
  private int first;
  private int size;
  private final ArrayDeque<OrderedBatch> spares = new ArrayDeque<>();
  private long records;
  private long ready;

  /** Adds the newest. */
  OrderedBatch add(Slot slot, int count) {
    OrderedBatch spare = spares.poll();
    OrderedBatch batch = spare == null ? new OrderedBatch() : spare;
    batch.begin(slot, count);
    if (size == ring.length) {
      OrderedBatch[] more = new OrderedBatch[2 * size];
      for (int i = 0; i < size; i++) {
        more[i] = get(i);
      }
      ring = more;
      first = 0;
    }
    ring[(first + size) & (ring.length - 1)] = batch;
    size++;
    records += count;
    return batch;
  }

  private OrderedBatch get(int i) {
    return ring[(first + i) & (ring.length - 1)];
  }

  /** Counts the oldest batches of which nothing is missing. */
  void count() {
    long sum = 0;
    for (int i = 0; i < size && get(i).missing == 0; i++) {
      sum += get(i).count();
    }
    ready = sum;
  }

  /** Records of those batches, as of when they were counted. */
  long ready() {
    return ready;
  }

  /** Records of all batches. */
  long records() {
    return records;
  }

  /**
   * The oldest batch, which is taken away: give it back.
   *
   * @throws IllegalStateException if it is another one, or not read
   */
  OrderedBatch take(Slot slot, int count) {
    OrderedBatch batch = size == 0 ? null : get(0);
    if (batch == null || batch.slot() != slot || batch.count() != count || batch.missing > 0) {
      throw new IllegalStateException(
          "%d records were to be taken, which are not the oldest batch, or not read"
              .formatted(count));
    }
    first = (first + 1) & (ring.length - 1);
    size--;
    records -= count;
    ready -= count;
    return batch;
  }

  /** A batch that was taken is done with. */
  void giveBack(OrderedBatch batch) {
    batch.begin(null, 0);
    spares.add(batch);
  }

  /** Forgets all. */
  void clear() {
    for (; size > 0; size--) {
      giveBack(get(0));
      first = (first + 1) & (ring.length - 1);
    }
    records = 0;
    ready = 0;
  }
}

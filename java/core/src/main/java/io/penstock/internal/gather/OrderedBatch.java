package io.penstock.internal.gather;

import io.penstock.internal.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A batch that is being read into its slot: how much is missing, and what failed. */
final class OrderedBatch {
  /** A record that could not be read. */
  record Unread(int place, int column, IOException cause) {}

  private final List<Unread> failures = new ArrayList<>(0);
  private Slot slot;
  private int count;

  /** Parts of records that are not in the slot yet. Of the owner of the gatherer. */
  int missing;

  void begin(Slot slot, int count) {
    this.slot = slot;
    this.count = count;
    this.missing = 0;
    failures.clear();
  }

  Slot slot() {
    return slot;
  }

  int count() {
    return count;
  }

  /** Of the owner. */
  void fail(int place, int column, IOException cause) {
    failures.add(new Unread(place, column, cause));
  }

  List<Unread> failures() {
    return failures;
  }

  /** The failure of the first record in the batch; null if there is none. */
  Unread firstFailureOrNull() {
    Unread first = null;
    for (int i = 0; i < failures.size(); i++) { // An iterator would be garbage of each batch.
      Unread failure = failures.get(i);
      boolean isBefore =
          first == null
              || failure.place < first.place
              || (failure.place == first.place && failure.column < first.column);
      first = isBefore ? failure : first;
    }
    return first;
  }
}

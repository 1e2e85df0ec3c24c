package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.VariableSource;
import io.penstock.internal.slot.Slot;

/**
 * A batch, or a piece of one, that several threads read: what is claimed, and what is still to
 * come.
 *
 * <p>Guarded by its {@link VariableGatherer}. Used again for other batches.
 */
final class PieceReading {
  /** Records of one column that one thread reads. */
  static final class Claim {
    int column;
    int first;
    int end;
  }

  private final VariableSource[] sources;
  private Slot slot;
  private int share;
  private int column;
  private int next;
  private int left;
  private PenstockException failure;

  PieceReading(VariableSource[] sources) {
    this.sources = sources;
  }

  /** Begins with what is in a slot, unless that has failed already: then there is nothing to do. */
  void start(Slot ordered, int recordsPerClaim) {
    slot = ordered;
    share = recordsPerClaim;
    column = -1;
    left = 0;
    failure = null;
    if (ordered.failure() == null) {
      for (VariableSource source : sources) {
        left += source == null ? 0 : ordered.size();
      }
      nextColumn();
    } else {
      column = sources.length;
    }
  }

  private void nextColumn() {
    column++;
    while (column < sources.length && sources[column] == null) {
      column++;
    }
    next = 0;
  }

  Slot slot() {
    return slot;
  }

  int count() {
    return slot.size();
  }

  boolean isDone() {
    return left == 0;
  }

  /** Why it failed; null if it did not. */
  PenstockException failure() {
    return failure;
  }

  /** Claims some records; false if all are claimed. */
  boolean claim(Claim claim) {
    if (column >= sources.length) {
      return false;
    }
    claim.column = column;
    claim.first = next;
    claim.end = Math.min(next + share, slot.size());
    next = claim.end;
    if (next == slot.size()) {
      nextColumn();
    }
    return true;
  }

  /** Of several failures the first one is reported. */
  void done(Claim claim, PenstockException failed) {
    left -= claim.end - claim.first;
    if (failed != null && failure == null) {
      failure = failed;
    }
  }

  /** No thread may claim any more. */
  void abandon() {
    column = sources.length;
  }
}

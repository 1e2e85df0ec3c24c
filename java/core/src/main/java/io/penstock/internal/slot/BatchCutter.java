package io.penstock.internal.slot;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.VariableSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts batches of records of different sizes into pieces that each fit into a slot, and gives each
 * record its place there.
 *
 * <p>What it owns: how far the batch at hand is cut. A record that is too large for any slot, or
 * whose place in the files makes no sense, is a failed piece of its own. Of one reading thread; it
 * allocates nothing unless something fails.
 */
public final class BatchCutter implements BatchFiller {
  /** Columns start at lines of the processor's cache. */
  static final int ALIGNMENT_BYTES = 64;

  private final VariableSource[] sources;
  private final long limitBytes;
  private final MemorySegment indices;
  private final long[] lengths;

  /** Records of the batch that are in pieces already. */
  private int done;

  /**
   * A cutter for one reading thread.
   *
   * @param sources of all columns in their order; null for those of one size
   * @param limitBytes of all of them together in one piece
   * @param indices room for those of a whole batch
   */
  public BatchCutter(List<VariableSource> sources, long limitBytes, MemorySegment indices) {
    this.sources = sources.toArray(VariableSource[]::new);
    this.limitBytes = limitBytes;
    this.indices = indices;
    this.lengths = new long[this.sources.length];
  }

  /** Memory for the values of a piece, which may be of several columns. */
  public static long regionBytes(long limitBytes, long columns) {
    return limitBytes + columns * ALIGNMENT_BYTES;
  }

  /** What a cutter needs for the indices of a whole batch. */
  public static long memoryBytes(int batchSize) {
    return (long) batchSize * Long.BYTES;
  }

  @Override
  public void reset() {
    done = 0;
  }

  @Override
  public boolean fill(Slot slot, BatchCursor cursor) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    int batchSize = share.size(batch);
    if (done == 0) {
      share.fill(cursor.epoch(), batch, indices);
    }
    Arrays.fill(lengths, 0);
    PenstockException failure = null;
    int count = 0;
    try {
      long left = limitBytes;
      while (done + count < batchSize) {
        long bytes = measure(slot, count, left);
        if (bytes < 0) {
          break;
        }
        left -= bytes;
        count++;
      }
    } catch (PenstockException e) {
      // What comes before it is good; it comes again, first in its piece.
      failure = count == 0 ? e : null;
    }
    if (count == 0) {
      count = 1;
      Arrays.fill(lengths, 0);
      failure = failure == null ? tooLarge(index(0)) : failure;
    }
    int real = Math.clamp(share.recordCount(batch) - done, 0, count);
    slot.assign(cursor.epoch(), share.position(batch, done), count, real);
    slot.setLengths(lengths);
    if (failure != null) {
      slot.fail(failure);
    }
    MemorySegment.copy(
        indices, (long) done * Long.BYTES, slot.indices(), 0, (long) count * Long.BYTES);
    done += count;
    boolean isLast = done == batchSize;
    slot.setLastPiece(isLast);
    done = isLast ? 0 : done;
    return isLast;
  }

  /** Adds a record to the piece if it fits; returns its size, or -1. */
  private long measure(Slot slot, int place, long left) {
    long index = index(place);
    long sum = 0;
    for (int c = 0; c < sources.length; c++) {
      if (sources[c] != null) {
        long bytes = sources[c].bytes(index);
        if (bytes > left - sum) {
          return -1;
        }
        sum += bytes;
        slot.setEnd(c, place, (lengths[c] + bytes) / sources[c].elementBytes());
      }
    }
    for (int c = 0; c < sources.length; c++) {
      if (sources[c] != null) {
        lengths[c] = slot.end(c, place) * sources[c].elementBytes();
      }
    }
    return sum;
  }

  private long index(int place) {
    return indices.getAtIndex(ValueLayout.JAVA_LONG, done + place);
  }

  private PenstockException tooLarge(long index) {
    long bytes = 0;
    try {
      for (VariableSource source : sources) {
        bytes += source == null ? 0 : source.bytes(index);
      }
    } catch (PenstockException e) {
      return e; // One column is too large here, and another one is damaged.
    }
    return PenstockException.builder(
            ErrorKind.RESOURCE_LIMIT,
            ("record %d: expected at most %d bytes of values in a batch (batchBytes), found %d in"
                    + " this record alone: give batchBytes of at least that, and memoryBytes for"
                    + " several such batches")
                .formatted(index, limitBytes, bytes))
        .recordIndex(index)
        .statusName("EMSGSIZE")
        .build();
  }
}

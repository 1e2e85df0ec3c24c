package io.penstock.internal.slot;

import io.penstock.sampler.Sampler;
import java.util.function.IntConsumer;

/**
 * Finds where the windows of an order end, as batches are ordered.
 *
 * <p>Windows that are smaller than those of the plan are joined; the end of an epoch always ends a
 * window. Used by the one reading thread that orders all batches. Allocates nothing.
 */
final class WindowEnds implements Windows {
  private final Sampler sampler;

  private final IntConsumer taker;

  /** A window with fewer records is joined with the next one. */
  private final long leastRecords;

  /** The end of the window that the last record was in; 0 if it was in none. */
  private long end;

  /** Records since the last window ended. */
  private long records;

  private long openRecords;

  WindowEnds(Sampler sampler, long windowRecords, IntConsumer taker) {
    this.sampler = sampler;
    this.taker = taker;
    this.leastRecords = Math.max(1, windowRecords - sampler.windowRecords() + 1);
  }

  @Override
  public void reset() {
    openRecords = 0;
    end = 0;
    records = 0;
  }

  @Override
  public long openRecords() {
    return openRecords;
  }

  @Override
  public void ordered(BatchCursor cursor) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    int size = share.size(batch);
    int real = share.recordCount(batch);
    openRecords += size;
    int i = 0;
    while (i < real) {
      long position = share.position(batch, i);
      if (position >= end) {
        end(size - i, leastRecords);
        end = sampler.windowEnd(cursor.epoch(), position);
      }
      int next = firstBehind(share, batch, i, real);
      records += next - i;
      i = next;
    }
    records += size - real;
    if (cursor.isLastOfEpoch()) {
      end(0, 1);
      end = 0;
    }
  }

  private void end(int later, long least) {
    if (records >= least) {
      taker.accept(later);
      openRecords = later;
      records = 0;
    }
  }

  /** The first record of the batch that lies behind the end of the window: positions ascend. */
  private int firstBehind(RankShare share, long batch, int from, int to) {
    if (share.position(batch, to - 1) < end) {
      return to;
    }
    int low = from + 1;
    int high = to - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (share.position(batch, middle) < end) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

package io.penstock.internal.transform;

import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.plan.SaturatedMath;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the columns of a transformed batch lie in its slot: what is delivered, in its order, then
 * what lies between stages, then the values of variable columns.
 *
 * <p>A variable column that is made has a room of its own. Those that pass untouched share one, as
 * all that is read into a slot has a limit together. Immutable.
 */
final class OutputLayout {
  /** What batches promise of each column. */
  static final long ALIGNMENT_BYTES = 64;

  /** More than machines have; small enough to calculate with. */
  private static final long MOST_BYTES = 1L << 48;

  private final int batchSize;
  private final long mostValueBytes;
  private final List<SlotColumn> columns = new ArrayList<>();
  private final List<PlannedValue> values = new ArrayList<>();

  /** Of each column: where its values begin; of others than variable ones that are made, 0. */
  private final long[] roomsAt;

  private final long passedAt;
  private final long strideBytes;

  /**
   * Lays out a slot, and numbers the columns that are in it.
   *
   * @param chain what is made
   * @param batchSize most records of a batch
   * @param mostValueBytes of all variable columns of a batch that is read, together
   * @throws IllegalArgumentException if no machine has such memory
   */
  OutputLayout(TransformChain chain, int batchSize, long mostValueBytes) {
    this.batchSize = batchSize;
    this.mostValueBytes = mostValueBytes;
    values.addAll(chain.delivered());
    for (PlannedValue value : chain.values()) {
      if (value.home == PlannedValue.Home.SLOT && !value.isDelivered) {
        values.add(value);
      }
    }
    this.roomsAt = new long[values.size()];
    long at = 0;
    for (PlannedValue value : values) {
      at = layOut(value, at);
    }
    for (int i = 0; i < roomsAt.length; i++) {
      if (isVariableMade(values.get(i))) {
        roomsAt[i] = at;
        at = behind(at, mostValues(values.get(i)), values.get(i));
      }
    }
    this.passedAt = at;
    for (PlannedValue value : values) {
      at += isVariablePassed(value) ? ALIGNMENT_BYTES : 0;
    }
    at += passedAt == at ? 0 : mostValueBytes;
    this.strideBytes = aligned(at, NativeLimits.BLOCK_BYTES);
  }

  private long layOut(PlannedValue value, long at) {
    if (value.home == PlannedValue.Home.SLOT) {
      value.number = columns.size();
    }
    SlotColumn column =
        value.isVariable()
            ? new SlotColumn.Variable(at, value.valueBytes())
            : new SlotColumn.Fixed(at, value.valueBytes());
    columns.add(column);
    return value.isVariable()
        ? aligned(column.endOffset(batchSize), ALIGNMENT_BYTES)
        : behind(at, batchSize, value);
  }

  /**
   * Where the next column may begin behind so many values of one.
   *
   * @throws IllegalArgumentException if no machine has such memory
   */
  static long behind(long at, long count, PlannedValue value) {
    long bytes = SaturatedMath.product(count, value.valueBytes());
    if (bytes > MOST_BYTES - at) {
      throw new IllegalArgumentException(
          "transformed columns must take at most %d bytes, was more: %d values of %s"
              .formatted(MOST_BYTES, count, value.column));
    }
    return aligned(at + bytes, ALIGNMENT_BYTES);
  }

  private static boolean isVariableMade(PlannedValue value) {
    return value.isVariable() && value.home == PlannedValue.Home.SLOT;
  }

  private static boolean isVariablePassed(PlannedValue value) {
    return value.isVariable() && value.home == PlannedValue.Home.INPUT;
  }

  /** Most bytes of the values of a variable column in a batch. */
  private long roomBytes(PlannedValue value) {
    return SaturatedMath.product(mostValues(value), value.valueBytes());
  }

  private long mostValues(PlannedValue value) {
    if (value.mostValues > 0) {
      return SaturatedMath.product(batchSize, value.mostValues);
    }
    return value.root == null ? mostValueBytes / value.valueBytes() : mostValues(value.root);
  }

  /** Bytes that a record of a batch takes in all columns, on average, if the batch is full. */
  long recordBytes() {
    long bytes = 0;
    for (PlannedValue value : values) {
      bytes += value.isVariable() ? roomBytes(value) / batchSize : value.column.recordBytes();
    }
    return Math.max(1, bytes);
  }

  /** The largest of the variable columns, for people: empty if there is none. */
  String largest() {
    PlannedValue largest = null;
    for (PlannedValue value : values) {
      boolean isLarger = largest == null || roomBytes(value) > roomBytes(largest);
      largest = isVariableMade(value) && isLarger ? value : largest;
    }
    return largest == null
        ? ""
        : " (with room for %d values of '%s')"
            .formatted(mostValues(largest), largest.column.name());
  }

  /** The columns of a slot. */
  List<SlotColumn> columns() {
    return columns;
  }

  /** What a slot takes. */
  long strideBytes() {
    return strideBytes;
  }

  /** Gives the variable columns of a slot their places, for a batch that was read into another. */
  void place(Slot slot, Slot read) {
    long at = passedAt;
    for (int i = 0; i < roomsAt.length; i++) {
      PlannedValue value = values.get(i);
      if (isVariableMade(value)) {
        slot.placeValues(i, roomsAt[i]);
      } else if (value.isVariable()) {
        slot.placeValues(i, at);
        boolean isThere = read.failure() == null && read.size() > 0;
        long bytes = isThere ? read.end(value.number, read.size() - 1) * value.valueBytes() : 0;
        at += aligned(bytes, ALIGNMENT_BYTES);
      }
    }
  }

  static long aligned(long bytes, long alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
  }
}

package io.penstock.internal.gather;

import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.slot.Slot;
import java.nio.file.Path;

/** Mapped records of one size. */
record MappedFixed(MappedColumn column) implements MappedRecords {
  @Override
  public String name() {
    return column.name();
  }

  @Override
  public long typicalBytes() {
    return column.recordBytes();
  }

  @Override
  public boolean isWhole() {
    return column.isWhole();
  }

  @Override
  public void begin(Slot slot, int number) {
    // Each place has its own.
  }

  @Override
  public long touch(Slot slot, int number, int first, int end) {
    return column.touch(slot.indices(), first, end);
  }

  @Override
  public void copy(Slot slot, int number, int first, int end) {
    column.copy(slot.indices(), first, end, slot.column(number));
  }

  @Override
  public Path path(long index) {
    return column.path(index);
  }

  @Override
  public long offsetBytes(long index) {
    return column.offsetBytes(index);
  }

  @Override
  public long endBytes(long index) {
    return column.endBytes(index);
  }
}

package io.penstock.internal.ffi;

import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.penstock_failure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Scratch memory that C describes a failure in: allocated once, used for many calls.
 *
 * <p>One thread at a time. Numbers that do not apply are -1.
 */
public final class NativeFailure {
  private final MemorySegment struct;

  /**
   * Allocates the memory.
   *
   * @param arena how long it lives
   */
  public NativeFailure(Arena arena) {
    this.struct = penstock_failure.allocate(arena);
  }

  MemorySegment struct() {
    return struct;
  }

  /** How many records were taken. */
  int taken() {
    return penstock_failure.taken(struct);
  }

  int status() {
    return penstock_failure.status(struct);
  }

  int column() {
    return penstock_failure.column(struct);
  }

  int file() {
    return penstock_failure.file(struct);
  }

  long index() {
    return penstock_failure.index(struct);
  }

  long offsetBytes() {
    return penstock_failure.offset_bytes(struct);
  }

  long expectedBytes() {
    return penstock_failure.expected_bytes(struct);
  }

  long foundBytes() {
    return penstock_failure.found_bytes(struct);
  }

  /** C fills it only when it has something to tell, so it starts as "nothing known". */
  NativeFailure clear() {
    struct.fill((byte) 0);
    penstock_failure.column(struct, -1);
    penstock_failure.file(struct, -1);
    penstock_failure.index(struct, -1);
    penstock_failure.offset_bytes(struct, -1);
    return this;
  }

  /**
   * The failure in words.
   *
   * @param status what C returned
   * @param path the file that it is about; null if it is about none
   * @param column the column that it is about; null if it is about none
   */
  PenstockException exception(int status, Path path, String column) {
    StringBuilder text = new StringBuilder(path == null ? "reading failed" : path.toString());
    if (index() >= 0) {
      text.append(": record ").append(index());
    }
    if (column != null) {
      text.append(" of column '").append(column).append('\'');
    }
    if (offsetBytes() >= 0) {
      text.append(" at byte ").append(offsetBytes());
    }
    text.append(": expected ").append(expectedBytes()).append(" bytes, found ");
    String name = NativeStatus.name(status);
    if (name.equals("ENODATA") || name.equals("ESTALE")) {
      text.append("a file of ").append(foundBytes()).append(" bytes: ");
    }
    text.append(NativeStatus.describe(status)).append(": ").append(NativeStatus.advice(status));
    PenstockException.Builder told =
        PenstockException.builder(NativeStatus.kind(status), text.toString())
            .path(path)
            .statusName(name);
    if (index() >= 0) {
      told.recordIndex(index());
    }
    if (offsetBytes() >= 0) {
      told.offsetBytes(offsetBytes());
    }
    return told.build();
  }
}

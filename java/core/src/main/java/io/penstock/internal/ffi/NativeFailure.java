package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.penstock_failure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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
}

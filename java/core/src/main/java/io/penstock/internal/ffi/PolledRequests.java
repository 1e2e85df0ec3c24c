package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.penstock_request;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory for the requests that {@link NativeReader#poll} hands out: reads that the caller is to
 * carry out.
 *
 * <p>One thread at a time.
 */
public final class PolledRequests {
  private final MemorySegment structs;
  private final int capacity;

  /**
   * Allocates the memory.
   *
   * @param capacity requests at once, at most
   * @param arena how long it lives
   */
  public PolledRequests(int capacity, Arena arena) {
    this.structs = penstock_request.allocateArray(capacity, arena);
    this.capacity = capacity;
  }

  MemorySegment structs() {
    return structs;
  }

  /** How many requests have room. */
  public int capacity() {
    return capacity;
  }

  private MemorySegment struct(int i) {
    return penstock_request.asSlice(structs, i);
  }

  /** What {@link NativeReader#complete} knows request i by. */
  public long id(int i) {
    return penstock_request.id(struct(i));
  }

  /** The number of the file that request i reads. */
  public int file(int i) {
    return penstock_request.file(struct(i));
  }

  /** Where in the file it begins. */
  public long offsetBytes(int i) {
    return penstock_request.offset_bytes(struct(i));
  }

  /** How much it reads. */
  public int lengthBytes(int i) {
    return penstock_request.length_bytes(struct(i));
  }

  /** Where its first byte goes. */
  public long address(int i) {
    return penstock_request.address(struct(i));
  }
}

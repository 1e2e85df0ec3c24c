package io.penstock.internal.platform;

import java.lang.foreign.MemorySegment;

/** A block of memory that records are read into. */
public interface MemoryBlock {
  /** All of it, usable while its arena is open. */
  MemorySegment segment();

  /** Keeps it for good, also when the arena closes, if a device may write to it at any time. */
  void abandon();
}

package io.penstock.internal.platform;

import java.lang.foreign.MemorySegment;

/** Says where the records of a column lie. Any thread; allocates nothing. */
@FunctionalInterface
public interface RecordLocator {
  /**
   * Where records lie.
   *
   * @param indices int64, in range
   * @param count how many
   * @param files uint32, for the numbers of their files; may be NULL
   * @param offsets uint64, for where they begin, in bytes; may be NULL
   * @param lengths uint64, for how many bytes they have; may be NULL
   */
  void locate(
      MemorySegment indices,
      int count,
      MemorySegment files,
      MemorySegment offsets,
      MemorySegment lengths);
}

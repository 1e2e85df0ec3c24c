package io.penstock.internal.plan;

import java.util.function.ToLongFunction;

/** What readers ask of the budget, beside slots. */
public sealed interface ReaderNeeds {
  /** Nothing: files are mapped, and records are copied out of the mappings. */
  record Mapped() implements ReaderNeeds {}

  /**
   * What readers in Java take. They have slots and no cells.
   *
   * @param leastStagingBytes the smallest staging that a reader can have
   * @param bytes what a reader takes with so much memory
   */
  record Channels(int leastStagingBytes, ToLongFunction<ReaderMemory> bytes)
      implements ReaderNeeds {}

  /**
   * What native readers allocate, as C says.
   *
   * @param leastStagingBytes the smallest staging that a reader can have
   * @param bytes what a reader takes with so much memory; Long.MAX_VALUE when there can be no such
   *     reader
   */
  record Native(int leastStagingBytes, ToLongFunction<ReaderMemory> bytes) implements ReaderNeeds {
    /** With what is needed beside each reader. */
    public Native beside(ToLongFunction<ReaderMemory> more) {
      return new Native(
          leastStagingBytes,
          memory -> SaturatedMath.sum(bytes.applyAsLong(memory), more.applyAsLong(memory)));
    }
  }
}

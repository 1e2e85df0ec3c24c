package io.penstock.internal.slot;

import io.penstock.internal.dataset.RecordLengths;
import java.lang.foreign.Arena;

/** How the batches of a loader are cut into pieces that fit into slots. */
public sealed interface BatchCutting {
  /** Not at all: all records have one size, and slots have room for a batch. */
  BatchCutting NONE = new Whole();

  /**
   * What fills the slots of a reading thread.
   *
   * @param indices tells which records a batch has
   * @param arena how long it lives
   */
  BatchFiller filler(IndexSource indices, Arena arena);

  /** What cuts the batches of a reading thread that were ordered without slots. */
  BatchPieces pieces(Arena arena);

  /** What cutting takes for each reading thread. */
  long memoryBytes();

  /** One line for people; may be empty. */
  String reason();

  /** Not at all. */
  record Whole() implements BatchCutting {
    @Override
    public BatchFiller filler(IndexSource indices, Arena arena) {
      return BatchFiller.whole(indices);
    }

    @Override
    public BatchPieces pieces(Arena arena) {
      return BatchPieces.WHOLE;
    }

    @Override
    public long memoryBytes() {
      return 0;
    }

    @Override
    public String reason() {
      return "";
    }
  }

  /**
   * Where the values of variable columns would need more than so many bytes.
   *
   * @param records how long they are
   * @param limitBytes of values of all columns together in a piece
   * @param batchSize most records of a batch
   * @param isolatesDamage whether a record with an impossible place is a failed piece of its own
   *     rather than an empty one, which others find
   */
  record ByBytes(RecordLengths records, long limitBytes, int batchSize, boolean isolatesDamage)
      implements BatchCutting {
    @Override
    public BatchFiller filler(IndexSource indices, Arena arena) {
      return new BatchCutter(this, indices, arena);
    }

    @Override
    public BatchPieces pieces(Arena arena) {
      return new BatchCutter(this, IndexSource.SAMPLER, arena);
    }

    @Override
    public long memoryBytes() {
      return (1L + records.columnCount()) * batchSize * Long.BYTES;
    }

    /** Room for the values of a piece: those of each column begin at a line of the cache. */
    public long valueBytes() {
      return limitBytes + records.columnCount() * Slot.ALIGNMENT_BYTES;
    }

    @Override
    public String reason() {
      return "batches of at most %d bytes of values".formatted(limitBytes);
    }
  }
}

package io.penstock.internal.format;

import io.penstock.array.ArrayLayout;
import java.util.List;
import java.util.Optional;

/** Where the records of a path lie, as its format describes them. */
public sealed interface RecordLayout {
  /** Records of one size, at distances that the layout says. */
  record Fixed(ArrayLayout array) implements RecordLayout {}

  /** Records of different sizes: runs of values, and numbers that say where each run lies. */
  sealed interface Variable extends RecordLayout {
    /** The values, one after another. */
    ArrayLayout values();

    /** What divides the values into records. */
    List<ArrayLayout> numbers();

    long recordCount();

    /** Size of all records together. */
    default long dataBytes() {
      return values().dataBytes();
    }
  }

  /**
   * Each record begins where the one before it ends.
   *
   * @param offsets where records begin, counted in values, followed by where the last one ends
   */
  record ByOffsets(ArrayLayout values, ArrayLayout offsets) implements Variable {
    @Override
    public List<ArrayLayout> numbers() {
      return List.of(offsets);
    }

    @Override
    public long recordCount() {
      return offsets.recordCount() - 1;
    }
  }

  /**
   * Records lie anywhere in the values.
   *
   * @param starts where records begin, in bytes
   * @param lengths of records, in values
   */
  record ByLengths(ArrayLayout values, ArrayLayout starts, ArrayLayout lengths)
      implements Variable {
    @Override
    public List<ArrayLayout> numbers() {
      return List.of(starts, lengths);
    }

    @Override
    public long recordCount() {
      return lengths.recordCount();
    }
  }

  /**
   * The index of a container says where each record lies in it. The index follows from the
   * container, so it is no part of what the data is.
   *
   * @param values from the first record to the last, with whatever lies between them
   * @param starts where records begin, in bytes from base on
   * @param lengths of records, in bytes; -1 for one that is missing
   * @param baseBytes what starts are counted from
   * @param dataBytes sum of the lengths
   * @param missing how many records are missing
   * @param names of the records, for messages; empty if they have none
   * @param areMissingEmpty whether missing records are delivered as records without bytes; if not,
   *     reading one is an error
   */
  record ByIndex(
      ArrayLayout values,
      ArrayLayout starts,
      ArrayLayout lengths,
      long baseBytes,
      long dataBytes,
      long missing,
      Optional<ByIndex> names,
      boolean areMissingEmpty)
      implements Variable {
    /** The same, with empty records in place of missing ones. */
    public ByIndex orEmpty() {
      return new ByIndex(values, starts, lengths, baseBytes, dataBytes, missing, names, true);
    }

    @Override
    public List<ArrayLayout> numbers() {
      return List.of(starts, lengths);
    }

    @Override
    public long recordCount() {
      return lengths.recordCount();
    }
  }
}

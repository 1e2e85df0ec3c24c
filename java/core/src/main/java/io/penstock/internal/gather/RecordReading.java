package io.penstock.internal.gather;

import io.penstock.internal.plan.ReaderMemory;
import io.penstock.internal.plan.ReaderNeeds;
import io.penstock.options.Readahead;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** How records are read that are not copied from mappings, and what that takes. */
public sealed interface RecordReading permits NativeReading, JavaReading {
  /**
   * What readers would allocate.
   *
   * @param flags what the user wants
   * @return to be asked while memory is planned
   */
  ReaderNeeds needs(Readahead flags);

  /**
   * Opens readers.
   *
   * @param flags what the user wants
   * @param memory what each of them has
   * @return opens one for each reading thread
   */
  Supplier<Gatherer> gatherer(Readahead flags, ReaderMemory memory);

  /** How many records a reader with so much memory knows ahead. */
  int entryCount(ReaderMemory memory);

  /** How many threads read for the one that orders; empty: it reads itself. */
  OptionalInt carriers();
}

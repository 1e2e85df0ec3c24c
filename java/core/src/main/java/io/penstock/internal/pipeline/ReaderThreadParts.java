package io.penstock.internal.pipeline;

import io.penstock.internal.dataset.SourceCheck;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.slot.Slot;
import java.util.List;
import java.util.function.Supplier;

/**
 * What one reading thread works with.
 *
 * @param slots its share of the slots
 * @param ordering makes what orders records
 * @param opener opens its gatherer; called on its thread
 * @param check of the files; used by its thread only
 */
public record ReaderThreadParts(
    List<Slot> slots, Ordering.Maker ordering, Supplier<Gatherer> opener, SourceCheck check) {}

package io.penstock.internal.plan;

/**
 * How a loader's memory is divided, and thereby how records are ordered, decided before any of it
 * is allocated.
 *
 * <p>All three deliver the same, and differ in cost only: a {@link BatchPlan} orders each batch
 * with the slot that it lands in, a few batches ahead; a {@link SweepPlan} spends what slots leave
 * on cells, for records that are read far ahead of their batch; a {@link BlockPlan} is for orders
 * of whole blocks, and reads these window by window. Each has its own arithmetic; {@link
 * ReadPlanner} chooses.
 */
public sealed interface ReadPlan permits BatchPlan, SweepPlan, BlockPlan {
  /** The slots. */
  SlotMemory slots();

  /** What each native reader has. */
  ReaderMemory reader();

  /** All memory of the loader: never more than the budget. */
  long totalBytes();

  /** One line for people; may be empty. */
  String reason();

  /** Two reasons, each of which may be empty. */
  static String joined(String reason, String more) {
    return reason.isEmpty() || more.isEmpty() ? reason + more : reason + "; " + more;
  }
}

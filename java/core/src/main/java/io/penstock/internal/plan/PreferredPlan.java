package io.penstock.internal.plan;

/**
 * Which plan is to be made, of those that fit. Orders of whole blocks are read by blocks anyway.
 */
public enum PreferredPlan {
  /** The one that costs least. */
  CHEAPEST,
  /** Each batch into its slot, whatever it costs. */
  BATCHES,
  /** Cells if they fit, whatever they cost. */
  SWEEP
}

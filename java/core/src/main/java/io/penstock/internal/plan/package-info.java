/**
 * What is decided before anything is read: how memory is divided, and which backend reads.
 *
 * <p>In come numbers: sizes, flags, the budget, what the page cache holds. Out comes a {@link
 * io.penstock.internal.plan.ReadPlan ReadPlan} with its reason in one line: batches into slots, a
 * sweep, or block by block. It asks the kernel how much memory is left, but never touches data or a
 * device, so it can be tested for any device.
 */
package io.penstock.internal.plan;

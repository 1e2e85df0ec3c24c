/**
 * The memory behind batches, and which records go into it.
 *
 * <p>A {@link io.penstock.internal.slot.Slot Slot} is the memory of one batch, cut from a block
 * that is allocated once. A cursor walks over the batches of a rank; a cutter divides batches of
 * records of different sizes into pieces. Slots belong to one place at a time and do not know
 * which.
 */
package io.penstock.internal.slot;

/**
 * Waiting with limits.
 *
 * <p>Waits for a device or for others' code that end after a time or by an interrupt, short waits
 * that save waking a thread, and work that is done in spite of interrupts.
 */
package io.penstock.internal.wait;

/**
 * Waiting with limits.
 *
 * <p>Waits for a device or for the user's code that end after a time or an interrupt, short waits
 * that avoid waking a thread, and work that is done in spite of interrupts.
 */
package io.penstock.internal.wait;

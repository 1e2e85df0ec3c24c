/**
 * What can go wrong with data.
 *
 * <p>A {@link io.penstock.error.PenstockException PenstockException} is every failure that comes
 * from files, devices or their contents; its message is complete in one line. A {@link
 * io.penstock.error.BadRecord BadRecord} is a record that a loader skipped or replaced instead of
 * failing. Wrong arguments are {@link java.lang.IllegalArgumentException}, and uses after close
 * {@link java.lang.IllegalStateException}.
 */
package io.penstock.error;

/**
 * The ways to read, behind one interface.
 *
 * <p>A {@link io.penstock.internal.gather.Gatherer Gatherer} takes indices, far ahead, and fills
 * slots with their records in that order: through the C library, from a mapping, or for records of
 * different sizes. Others stand on top of one and check records, convert byte order, replay a
 * batch, or use the page cache while it fills. They do not know which batch is which.
 */
package io.penstock.internal.gather;

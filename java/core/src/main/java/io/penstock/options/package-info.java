/**
 * The choices of a user: how to read, in which order, and what to do with bad records.
 *
 * <p>{@link io.penstock.options.Readahead Readahead} tunes reading and never changes what is
 * delivered; {@link io.penstock.options.Shuffle Shuffle} and {@link
 * io.penstock.options.BadRecordPolicy BadRecordPolicy} do. All are immutable values.
 */
@NullMarked
package io.penstock.options;

import org.jspecify.annotations.NullMarked;

/**
 * What can go wrong with data: {@link io.penstock.error.PenstockException} with its {@link
 * io.penstock.error.ErrorKind}, and records that were skipped or replaced.
 *
 * <p>Three types of exception leave the library, all of them unchecked:
 *
 * <ul>
 *   <li>{@link io.penstock.error.PenstockException}: files, devices, or what they hold. {@link
 *       io.penstock.error.PenstockException#kind} says what kind of failure it is.
 *   <li>{@link java.lang.IllegalArgumentException}: a wrong argument, the name of a column that
 *       does not exist included. Thrown before anything is done.
 *   <li>{@link java.lang.IllegalStateException}: use after close, or while something else is going
 *       on.
 * </ul>
 *
 * <p>The kind is an enum and not a hierarchy of classes, because a failure is passed on: from the
 * thread that reads to the one that takes the batch, and with more words at each layer. One class
 * with a kind can be copied with everything that it says; and a kind that is added later breaks no
 * {@code catch}.
 */
@NullMarked
package io.penstock.error;

import org.jspecify.annotations.NullMarked;

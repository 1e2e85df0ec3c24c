/**
 * What a loader asks of the machine beyond what Java's library offers on every thread: the open
 * files of a dataset, tables of where records lie, memory of batches, pixels, room on a device.
 *
 * <p>A {@link io.penstock.internal.platform.Platform Platform} offers all of it, and there are two:
 * one calls the C library ({@code internal.ffi}), the other is Java alone ({@code internal.pure}).
 * {@code internal.door} chooses between them, once in a process. What only C can do (io_uring,
 * direct reads of records, dropping pages, cells) is no part of these interfaces: whoever needs it
 * asks whether the files are those of the C library.
 */
package io.penstock.internal.platform;

/**
 * Arrow IPC, files and streams: columns of record batches, where they lie.
 *
 * <p>Comes in: the metadata of the messages, which are flatbuffers, read by {@link
 * io.penstock.internal.format.arrow.FlatTable} under limits; and the offsets of columns of strings
 * and lists. Goes out: the places of the records, by a scan that jumps over all other data.
 */
package io.penstock.internal.format.arrow;

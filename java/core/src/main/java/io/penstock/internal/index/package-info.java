/**
 * Index files: where the records of a container lie that has to be scanned to find them.
 *
 * <p>What comes in: a container (tar, TFRecord, lines) and the {@link
 * io.penstock.internal.index.Scan} of its format. What goes out: the layouts of its columns. A
 * container is scanned once; what was found is kept beside it, and believed only as long as the
 * container has the size and the time that it had then.
 */
package io.penstock.internal.index;

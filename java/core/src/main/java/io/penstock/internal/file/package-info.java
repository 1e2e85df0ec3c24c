/**
 * Access to files that an interrupt cannot break.
 *
 * <p>Paths as the system has them, the kinds of files that may be read or replaced, directories
 * that are forced to the disk, a channel that an interrupt of the caller's thread does not close,
 * and channels that go past the page cache.
 */
package io.penstock.internal.file;

/**
 * The formats that are built in, and how the one of a file is found.
 *
 * <p>In comes a path, with a part if need be; out come the arrays in the file, or where the records
 * of one of them lie. A new format is a package beside this one and a line in {@link
 * io.penstock.internal.format.known.KnownFormats KnownFormats}.
 */
package io.penstock.internal.format.known;

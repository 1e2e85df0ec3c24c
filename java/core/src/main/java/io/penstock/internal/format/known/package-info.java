/**
 * The built-in formats, and how the format of a file is found.
 *
 * <p>Input is a path, possibly with a part; output are the arrays in the file, or where the records
 * of one of them lie. A new format is a package beside this one and a line in {@link
 * io.penstock.internal.format.known.KnownFormats KnownFormats}.
 */
package io.penstock.internal.format.known;

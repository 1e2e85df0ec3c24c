/**
 * What the parsers of file formats share.
 *
 * <p>Input is an open file, whose bytes are read under limits; output are layouts of arrays that
 * were compared with the size of the file. Each format has a package of its own below and
 * implements {@link io.penstock.internal.format.ArrayFormat ArrayFormat}. Nothing here reads
 * records.
 */
package io.penstock.internal.format;

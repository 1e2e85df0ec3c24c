/**
 * For jars that add a format of files, or decode images.
 *
 * <p>A {@link io.penstock.spi.FormatProvider FormatProvider}, found with {@link
 * java.util.ServiceLoader}, says where arrays lie in files that this library does not know. The
 * library compares its answers with the file, and reads contiguous records itself. An {@link
 * io.penstock.spi.ImageProvider ImageProvider} decodes images for the command line.
 */
@NullMarked
package io.penstock.spi;

import org.jspecify.annotations.NullMarked;

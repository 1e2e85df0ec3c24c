/**
 * Decodes images for {@code convert}: the bytes of a JPEG, PNG, GIF or BMP file in, {@link
 * io.penstock.cli.convert.image.Pixels Pixels} out, or an {@link
 * io.penstock.cli.convert.image.ImageException ImageException} that says what is damaged.
 */
package io.penstock.cli.convert.image;

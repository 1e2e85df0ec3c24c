/**
 * Image files to pixels, as {@linkplain io.penstock.transform.Transform transforms} of a loader:
 * {@link io.penstock.images.Images}.
 */
@NullMarked
package io.penstock.images;

import org.jspecify.annotations.NullMarked;

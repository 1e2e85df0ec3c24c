/**
 * Files of vectors as programs for nearest neighbours keep them: {@code .fvecs}, {@code .bvecs},
 * {@code .ivecs}, {@code .fbin} and their like.
 *
 * <p>What comes in: a file without a magic number, of one of these names. What goes out: its
 * vectors, if the structure of the file is that of its name.
 */
package io.penstock.internal.format.vecs;

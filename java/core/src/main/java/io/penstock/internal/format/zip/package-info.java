/**
 * Arrays in {@code .npz} archives.
 *
 * <p>In comes the directory of an archive; out go the layouts of members that are stored
 * uncompressed, and the reason for each of the others.
 */
package io.penstock.internal.format.zip;

/**
 * Arrays in {@code .npz} archives.
 *
 * <p>Input is the directory of an archive; output are the layouts of members that are stored
 * uncompressed, and for each of the others the reason why it cannot be read.
 */
package io.penstock.internal.format.zip;

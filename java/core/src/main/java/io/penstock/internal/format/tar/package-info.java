/**
 * Tar archives, read in place as WebDataset reads them.
 *
 * <p>Input is an archive that is not compressed; output is a column for each ending of the names in
 * it. {@link io.penstock.internal.format.tar.TarMembers} knows tar, {@link
 * io.penstock.internal.format.tar.TarSamples} knows WebDataset, and neither knows of the other.
 */
package io.penstock.internal.format.tar;

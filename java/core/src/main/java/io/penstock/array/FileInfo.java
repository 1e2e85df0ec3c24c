package io.penstock.array;

import java.nio.file.Path;
import java.time.Instant;

/**
 * What the file system says about a file of a dataset. Immutable.
 *
 * @param path the file
 * @param sizeBytes its size in bytes when it was opened
 * @param inode its number in its file system
 * @param device number of the file system
 * @param modified when it was last modified, as of when it was opened
 * @param directOffsetAlignmentBytes offsets and lengths of direct reads are multiples of this; 0 if
 *     direct reads are not possible
 * @param directMemoryAlignmentBytes memory addresses of direct reads are multiples of this; 0 if
 *     direct reads are not possible
 * @param cachedFraction share of its pages in the page cache when it was asked for, 0 to 1; NaN if
 *     the kernel does not tell
 */
public record FileInfo(
    Path path,
    long sizeBytes,
    long inode,
    long device,
    Instant modified,
    int directOffsetAlignmentBytes,
    int directMemoryAlignmentBytes,
    double cachedFraction) {}

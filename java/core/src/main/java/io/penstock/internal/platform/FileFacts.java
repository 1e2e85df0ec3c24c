package io.penstock.internal.platform;

import java.nio.file.Path;

/**
 * What the file system says of a file when it is opened.
 *
 * @param inode with the device what tells files apart; both 0 where the file system has no such
 *     numbers
 * @param directOffsetAlignmentBytes of offset and length of direct reads; 0: there are none
 * @param directMemoryAlignmentBytes of memory for direct reads; 0: there are none
 */
public record FileFacts(
    Path path,
    long sizeBytes,
    long inode,
    long device,
    long modifiedNanos,
    int directOffsetAlignmentBytes,
    int directMemoryAlignmentBytes) {}

package io.penstock.internal.dataset;

import java.nio.file.Path;

/**
 * Where a record lies.
 *
 * @param path of the file
 * @param offsetBytes of its first byte
 */
public record RecordPlace(Path path, long offsetBytes) {}

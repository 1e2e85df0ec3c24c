package io.penstock.internal.forward;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/**
 * Which ranges of a file are in the page cache: these are read from there, others past it.
 *
 * <p>It asks mincore, for a mapping that is never read: a microsecond or two for a MiB, where
 * reading takes a hundred. The kernel tells only those who own the file or may write it, and says
 * of all others' files that they are cached. Reading them through the page cache is right, whatever
 * is in it, and slower on a fast device only. Thread-safe.
 */
final class CachedPages {
  /** Empty where the file cannot be mapped, as on some file systems; then nothing is known. */
  private final MemorySegment mapping;

  private CachedPages(MemorySegment mapping) {
    this.mapping = mapping;
  }

  /**
   * Of a file.
   *
   * @param file open for reading
   * @param sizeBytes its size
   * @param arena that the mapping lives in
   */
  static CachedPages of(FileChannel file, long sizeBytes, Arena arena) {
    try {
      return new CachedPages(file.map(FileChannel.MapMode.READ_ONLY, 0, sizeBytes, arena));
    } catch (IOException | OutOfMemoryError | UnsupportedOperationException e) {
      return new CachedPages(MemorySegment.NULL); // No room for addresses, or no mappings at all.
    }
  }

  /** Whether all of a range is cached; false if it is not known. */
  boolean has(long offset, long bytes) {
    return offset + bytes <= mapping.byteSize() && mapping.asSlice(offset, bytes).isLoaded();
  }
}

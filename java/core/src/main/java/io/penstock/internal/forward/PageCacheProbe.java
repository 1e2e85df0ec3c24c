package io.penstock.internal.forward;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/**
 * Whether a file is in the page cache: then it is read from there, or else past it.
 *
 * <p>It asks mincore for ranges of a mapping that is never read, spread over the file. It is asked
 * once, and not for each block: reading cached blocks of a file that is not cached as a whole makes
 * the kernel read ahead, and the blocks behind them are cached as well by the time that they are
 * due, so that all of the file would go through the page cache, which takes several times as long.
 *
 * <p>The kernel tells only those who own the file or may write it, and says of all others' files
 * that they are cached. Reading them through the page cache is right, whatever is in it, and slower
 * on a fast device only.
 */
final class PageCacheProbe {
  private static final int PROBES = 64;
  private static final int PROBE_BYTES = 64 << 10;

  private PageCacheProbe() {}

  /**
   * Asks.
   *
   * @param file open for reading
   * @param sizeBytes its size
   * @return whether all ranges that were asked for are cached; false if it is not known
   */
  static boolean have(FileChannel file, long sizeBytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapping = file.map(FileChannel.MapMode.READ_ONLY, 0, sizeBytes, arena);
      long step = Math.max(PROBE_BYTES, sizeBytes / PROBES);
      for (long at = sizeBytes % step; at < sizeBytes; at += step) {
        if (!mapping.asSlice(at, Math.min(PROBE_BYTES, sizeBytes - at)).isLoaded()) {
          return false;
        }
      }
      return true;
    } catch (IOException | OutOfMemoryError | UnsupportedOperationException e) {
      return false; // No room for addresses, or no mappings at all.
    }
  }
}

package io.penstock.internal.pure;

import io.penstock.error.PenstockException;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** The page cache, as far as mappings show it: whether a page is in memory can be asked. */
final class JavaPages implements OpenFiles.FilePages {
  /** So many places of a file are looked at; all of it would take long for a large one. */
  private static final int PLACES = 512;

  /** At least one page of any system, and little enough that it is there as a whole or not. */
  private static final long PLACE_BYTES = 4096;

  private static final int SCRATCH_BYTES = 256 << 10;

  private final JavaFiles files;
  private final ReadChannels channels;

  JavaPages(JavaFiles files, ReadChannels channels) {
    this.files = files;
    this.channels = channels;
  }

  /** The share of places that are in memory; NaN where that cannot be told. */
  static double cachedFraction(FileFacts facts) {
    if (isUntold()) {
      return Double.NaN;
    }
    if (facts.sizeBytes() == 0) {
      return 1;
    }
    try (FileChannel channel = FileChannel.open(facts.path(), StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      long bytes = Math.min(facts.sizeBytes(), channel.size());
      return bytes == 0
          ? Double.NaN
          : loaded(channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena));
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static double loaded(MemorySegment mapping) {
    long bytes = mapping.byteSize();
    long pages = Math.ceilDiv(bytes, PLACE_BYTES);
    long places = Math.min(PLACES, pages);
    int found = 0;
    for (long i = 0; i < places; i++) {
      // The last one is the last page of the file.
      long page = places == pages ? i : (pages - 1) * i / (places - 1);
      long at = page * PLACE_BYTES;
      found += mapping.asSlice(at, Math.min(PLACE_BYTES, bytes - at)).isLoaded() ? 1 : 0;
    }
    return (double) found / places;
  }

  /** On Windows the JDK says of every page that it is not in memory. */
  private static boolean isUntold() {
    return System.getProperty("os.name", "").startsWith("Windows");
  }

  /** Of a mapped file, by places. */
  @Override
  public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
    MemorySegment mapping = files.mappingOrNull(file);
    if (mapping == null || isUntold()) {
      return OptionalLong.empty();
    }
    double share = loaded(mapping.asSlice(offsetBytes, lengthBytes));
    return OptionalLong.of((long) ((1 - share) * lengthBytes));
  }

  @Override
  public void fetch(int file, long offsetBytes, long lengthBytes) {
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer scratch = arena.allocate(SCRATCH_BYTES).asByteBuffer();
      for (long done = 0; done < lengthBytes; done += scratch.limit()) {
        scratch.clear().limit((int) Math.min(SCRATCH_BYTES, lengthBytes - done));
        channels.read(file, offsetBytes + done, scratch);
      }
    } catch (IOException e) {
      FileFacts facts = files.file(file);
      throw PenstockException.builder(
              ErrorKinds.of(e),
              "%s at byte %d: expected %d bytes that can be read, found: %s"
                  .formatted(facts.path(), offsetBytes, lengthBytes, SystemReason.of(e)))
          .path(facts.path())
          .offsetBytes(offsetBytes)
          .statusName(FileStatus.statusName(e))
          .cause(e)
          .build();
    }
  }

  /** Touches each page of a mapping, which the copies that follow need not do then. */
  @Override
  public void populate(int file, long offsetBytes, long lengthBytes) {
    MemorySegment mapping = files.mappingOrNull(file);
    if (mapping == null) {
      return;
    }
    try {
      mapping.asSlice(offsetBytes, lengthBytes).load();
    } catch (InternalError e) {
      // The file was cut short: whoever reads it says which record that is about.
      return;
    }
  }
}

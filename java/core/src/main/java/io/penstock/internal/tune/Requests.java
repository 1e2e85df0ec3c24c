package io.penstock.internal.tune;

import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.platform.FileFacts;
import io.penstock.sampler.FullShuffle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/**
 * A file as requests of one size: where they lie, and which come next.
 *
 * <p>What it owns: the native source of this size, and the places reached in both orders. It goes
 * on where it stopped, so that a device that remembers what it has read gains nothing by that.
 */
final class Requests implements AutoCloseable {
  /** Any. */
  private static final long SEED = 42;

  private final NativeSource source;
  private final long offsetBytes;
  private final int requestBytes;
  private final FullShuffle shuffle;
  private long randomPosition;
  private long sequentialPosition;

  /** Records null: the whole file, from its first byte on. */
  Requests(Path path, DeviceProbe.Records records, int requestBytes) {
    this.requestBytes = requestBytes;
    source = NativeSource.open();
    try {
      source.addFile(path);
      long fileBytes = fileBytes();
      if (fileBytes < DeviceProbe.LEAST_FILE_BYTES) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            path,
            ("expected a file of at least %d bytes to measure its device with, found %d: name a"
                    + " larger one, or a directory to have one made there")
                .formatted(DeviceProbe.LEAST_FILE_BYTES, fileBytes));
      }
      offsetBytes = records == null ? 0 : records.offsetBytes();
      long count = records == null ? fileBytes / requestBytes : records.count();
      shuffle = new FullShuffle(count, SEED);
      source.addColumn(
          "bytes",
          requestBytes,
          List.of(Shard.of(path, offsetBytes, count, requestBytes)),
          new int[] {0});
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  NativeSource source() {
    return source;
  }

  long fileBytes() {
    return file().sizeBytes();
  }

  /** How many different requests there are. */
  long count() {
    return shuffle.positionCount();
  }

  /** Whether a direct read brings just the request, straight to its place. */
  boolean isAligned() {
    int alignment = file().directOffsetAlignmentBytes();
    return alignment > 0 && offsetBytes % alignment == 0 && requestBytes % alignment == 0;
  }

  /** Size of the blocks that a request lies in, when it is not aligned. */
  int stagedBytes() {
    int alignment = Math.max(NativeLimits.BLOCK_BYTES, file().directOffsetAlignmentBytes());
    return (requestBytes / alignment + 2) * alignment;
  }

  /** The next requests, no more than there are. */
  void next(boolean isSequential, MemorySegment indices, int count) {
    for (int i = 0; i < count; i++) {
      long index =
          isSequential
              ? sequentialPosition++ % count()
              : shuffle.index(randomPosition / count(), randomPosition++ % count());
      indices.setAtIndex(ValueLayout.JAVA_LONG, i, index);
    }
  }

  private FileFacts file() {
    return source.files().getFirst();
  }

  @Override
  public void close() {
    source.close();
  }
}

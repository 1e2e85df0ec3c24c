package io.penstock.internal.pure;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.platform.MemoryBlock;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.PixelConverter;
import io.penstock.internal.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** All by Java. Stateless. */
public final class JavaPlatform implements Platform {
  /** At least a page of any system that there is, so that no two blocks share one. */
  private static final long BLOCK_BYTES = 1 << 16;

  @Override
  public OpenFiles openFiles() {
    return new JavaFiles();
  }

  /** The arena is not closed while a read has the memory, so there is nothing to abandon. */
  @Override
  public MemoryBlock memory(long bytes, boolean isHuge, Arena arena) {
    MemorySegment segment;
    try {
      segment = arena.allocate(bytes, Math.min(BLOCK_BYTES, Long.highestOneBit(bytes)));
    } catch (OutOfMemoryError e) {
      throw PenstockException.builder(
              ErrorKind.RESOURCE_LIMIT,
              ("expected %d bytes of memory for batches, found: %s: give less memory (memoryBytes),"
                      + " or raise the limit (-XX:MaxDirectMemorySize)")
                  .formatted(bytes, e.getMessage()))
          .statusName("ENOMEM")
          .cause(e)
          .build();
    }
    return new MemoryBlock() {
      @Override
      public MemorySegment segment() {
        return segment;
      }

      @Override
      public void abandon() {}
    };
  }

  @Override
  public PixelConverter pixels(float[] factors, float[] offsets) {
    return new JavaPixels(factors, offsets);
  }

  /**
   * In three steps, as Java has no call that exchanges two. Whoever stops the process between them
   * leaves both directories complete, one under a name that ends with {@code -exchanged}.
   */
  @Override
  public void exchange(Path one, Path other) throws IOException {
    Path aside = one.resolveSibling(one.getFileName() + "-exchanged");
    if (Files.exists(aside)) {
      throw new FileSystemException(
          other.toString(),
          aside.toString(),
          "a process that was stopped has left a complete directory, "
              + aside
              + ": look whether you need it, then delete it");
    }
    Files.move(other, aside, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(one, other, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.move(aside, other, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException again) {
        e.addSuppressed(again);
        throw new FileSystemException(
            other.toString(), aside.toString(), "it is under the second name now: " + e);
      }
      throw e;
    }
    Files.move(aside, one, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Looks whether there is room, and takes none: Java cannot. */
  @Override
  public Optional<String> reserve(Path path, long bytes) {
    try {
      return Files.getFileStore(path).getUsableSpace() < bytes
          ? Optional.of("ENOSPC")
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

package io.penstock.bench.cold;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts a file out of the page cache or into it, and looks whether it is there.
 *
 * <p>The file must belong to the user, or the kernel hides what is cached.
 */
final class PageCache {
  /** A file counts as cold, or as warm, when all but this share of its pages are. */
  static final double TOLERANCE = 0.002;

  private static final int DONTNEED = 4;
  private static final int MOST_TRIES = 10;
  private static final long PAUSE_NANOS = 20_000_000;
  private static final long PAGE_BYTES = 4096;
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  private static final MethodHandle OPEN =
      CLibrary.function(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      CLibrary.function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle FADVISE =
      CLibrary.function(
          "posix_fadvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle MINCORE =
      CLibrary.function(
          "mincore",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS));

  private PageCache() {}

  /** Drops the pages of a file, which must have been written out, and checks that they are gone. */
  static void drop(Path file) throws IOException, AbsentException {
    advise(file, DONTNEED);
    double cached = cachedFraction(file);
    // Each processor holds on to the last pages that it has read or written, for a moment.
    for (int tries = 0; cached > TOLERANCE && tries < MOST_TRIES; tries++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Files.isWritable(DROP_CACHES)) {
        Files.writeString(DROP_CACHES, "1");
      }
      advise(file, DONTNEED);
      cached = cachedFraction(file);
    }
    if (cached > TOLERANCE) {
      throw new AbsentException(
          "%.1f %% of the file stayed in the page cache: somebody has it mapped"
              .formatted(100 * cached));
    }
  }

  /** Reads a file into the page cache, and checks that it is there. */
  static void load(Path file) throws IOException, AbsentException {
    // Twice at most: pages that were idle for long may be on their way out.
    for (int attempt = 0; attempt < 2 && cachedFraction(file) < 1 - TOLERANCE; attempt++) {
      read(file);
    }
    double cached = cachedFraction(file);
    if (cached < 1 - TOLERANCE) {
      throw new AbsentException(
          "only %.1f %% of the file stayed in the page cache: memory is too small for it"
              .formatted(100 * cached));
    }
  }

  /** Reads a file once, from the beginning to the end. */
  static void read(Path file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(buffer.clear()) >= 0) {
        // What is read does not matter.
      }
    }
  }

  /** The share of a file's pages that are in the page cache. */
  static double cachedFraction(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long pages = (mapping.byteSize() + PAGE_BYTES - 1) / PAGE_BYTES;
      MemorySegment residency = arena.allocate(pages);
      int status = (int) MINCORE.invokeExact(mapping, mapping.byteSize(), residency);
      if (status != 0) {
        throw new IOException(file + ": mincore failed: cannot tell what is cached");
      }
      long cached = 0;
      for (long page = 0; page < pages; page++) {
        cached += residency.get(ValueLayout.JAVA_BYTE, page) & 1;
      }
      return (double) cached / pages;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing that is checked", e);
    }
  }

  private static void advise(Path file, int advice) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), 0);
      if (descriptor < 0) {
        throw new IOException(file + ": cannot be opened");
      }
      int status = (int) FADVISE.invokeExact(descriptor, 0L, 0L, advice);
      int closed = (int) CLOSE.invokeExact(descriptor);
      if (status != 0 || closed != 0) {
        throw new IOException("%s: posix_fadvise failed with %d".formatted(file, status));
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing that is checked", e);
    }
  }
}

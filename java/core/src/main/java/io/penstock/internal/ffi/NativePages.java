package io.penstock.internal.ffi;

import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.platform.OpenFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;

/**
 * The page cache of a source's files: what of a range is there, and bringing it there. Any thread.
 */
public final class NativePages implements OpenFiles.FilePages {
  /** What is read in one go passes by there; it stays in a processor's cache. */
  private static final long SCRATCH_BYTES = 256 << 10;

  private final NativeSource source;

  /**
   * Of the files of a source.
   *
   * @param source must outlive this
   */
  public NativePages(NativeSource source) {
    this.source = source;
  }

  /**
   * The size of a page of this system, the unit of the page cache. Loads the library if need be.
   *
   * @return in bytes, a power of two
   */
  public static long pageBytes() {
    NativeLibrary.load();
    return Penstock.penstock_page_bytes();
  }

  private int call(ToIntFunction<MemorySegment> function) {
    SharedHandle handle = source.handle();
    int pass = handle.enter();
    try {
      return function.applyAsInt(handle.object());
    } finally {
      handle.leave(pass);
    }
  }

  @Override
  public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment missing = scratch.allocate(ValueLayout.JAVA_LONG);
      int status =
          call(
              handle ->
                  Penstock.penstock_source_missing(
                      handle, file, offsetBytes, lengthBytes, missing));
      return status < 0
          ? OptionalLong.empty()
          : OptionalLong.of(missing.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  @Override
  public void fetch(int file, long offsetBytes, long lengthBytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scratch = arena.allocate(SCRATCH_BYTES);
      check(
          call(
              handle ->
                  Penstock.penstock_source_fetch(
                      handle, file, offsetBytes, lengthBytes, scratch, SCRATCH_BYTES)),
          file,
          offsetBytes,
          lengthBytes);
    }
  }

  @Override
  public void populate(int file, long offsetBytes, long lengthBytes) {
    check(
        call(handle -> Penstock.penstock_source_populate(handle, file, offsetBytes, lengthBytes)),
        file,
        offsetBytes,
        lengthBytes);
  }

  private void check(int status, int file, long offsetBytes, long lengthBytes) {
    if (status < 0) {
      throw PenstockException.builder(
              NativeStatus.kind(status),
              "%s at byte %d: expected %d bytes that can be read, found %s: %s"
                  .formatted(
                      source.file(file).path(),
                      offsetBytes,
                      lengthBytes,
                      NativeStatus.describe(status),
                      NativeStatus.advice(status)))
          .path(source.file(file).path())
          .offsetBytes(offsetBytes)
          .statusName(NativeStatus.name(status))
          .build();
    }
  }
}

package io.penstock.internal.ffi;

import io.penstock.internal.platform.MemoryBlock;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.PixelConverter;
import io.penstock.internal.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/** All by the C library, which is loaded. */
public final class NativePlatform implements Platform {
  /** Loads the library, or says why it cannot be loaded. */
  public NativePlatform() {
    NativeLibrary.load();
  }

  @Override
  public OpenFiles openFiles() {
    return NativeSource.open();
  }

  @Override
  public MemoryBlock memory(long bytes, boolean isHuge, Arena arena) {
    return NativeMemory.allocate(bytes, isHuge, arena);
  }

  @Override
  public PixelConverter pixels(float[] factors, float[] offsets) {
    return new NativePixels(factors, offsets);
  }

  @Override
  public void exchange(Path one, Path other) throws IOException {
    DirectoryExchange.exchange(one, other);
  }

  @Override
  public Optional<String> reserve(Path path, long bytes) {
    return FileSpace.reserve(path, bytes);
  }
}

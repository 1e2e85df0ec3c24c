package io.penstock.internal.platform;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/** The operations of the machine that a loader or a writer needs. Any thread. */
public interface Platform {
  /**
   * Makes an empty source.
   *
   * @return to be closed by the caller
   */
  OpenFiles openFiles();

  /**
   * Allocates zeroed memory for batches, at the boundary of a page.
   *
   * @param bytes its size, at least 1
   * @param isHuge whether to ask for huge pages, where that can be done
   * @param arena how long it lives
   * @throws io.penstock.error.PenstockException if there is not so much
   */
  MemoryBlock memory(long bytes, boolean isHuge, Arena arena);

  /**
   * A converter of bytes to float32: {@code value * factor + offset} by channel, both steps rounded
   * to float32, so that all platforms make the same numbers.
   *
   * @param factors one a channel
   * @param offsets as many
   */
  PixelConverter pixels(float[] factors, float[] offsets);

  /**
   * Lets two directories of a file system exchange their names. A directory that is not empty
   * cannot be renamed over.
   *
   * @throws IOException if the file system cannot, or one of them is not there
   */
  void exchange(Path one, Path other) throws IOException;

  /**
   * Reserves room for a file on its device before anything is written, so that a full disk is
   * noticed at the beginning. It must not be used while a lock is held on the file.
   *
   * @param path an existing file
   * @param bytes how long it is going to be, at least 1
   * @return why there is no room: "ENOSPC", "EDQUOT" or "EFBIG"; empty if there is, or if that
   *     cannot be told: then writes find out
   */
  Optional<String> reserve(Path path, long bytes);
}

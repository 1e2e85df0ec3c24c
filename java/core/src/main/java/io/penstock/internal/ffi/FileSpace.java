package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reserves room for a file on its device before anything is written. So a full disk is noticed at
 * the beginning, and writes need not look for room.
 *
 * <p>The JDK has no call for this. Stateless. It must not be used while a lock is held on the file:
 * closing any descriptor of a file gives up this process's locks on it.
 */
public final class FileSpace {
  private FileSpace() {}

  /**
   * Reserves room, and makes the file so long.
   *
   * @param path an existing file
   * @param bytes how long it is going to be, at least 1
   * @return why there is no room: "ENOSPC", "EDQUOT" or "EFBIG"; empty if there is, or if the file
   *     system cannot reserve: then writes find out
   */
  public static Optional<String> reserve(Path path, long bytes) {
    NativeLibrary.load();
    try (Arena scratch = Arena.ofConfined()) {
      int status =
          Penstock.penstock_file_reserve(
              scratch.allocateFrom(path.toAbsolutePath().toString()), bytes);
      return status == 0 ? Optional.empty() : shortage(NativeStatus.name(status));
    }
  }

  /** Any other failure says nothing about room: not every file system can reserve. */
  private static Optional<String> shortage(String status) {
    return switch (status) {
      case "ENOSPC", "EDQUOT", "EFBIG" -> Optional.of(status);
      default -> Optional.empty();
    };
  }
}

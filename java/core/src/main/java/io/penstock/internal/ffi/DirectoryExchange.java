package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Lets two directories of a file system exchange their names in one step.
 *
 * <p>A directory that is not empty cannot be renamed over, and the JDK has no call that exchanges
 * two. Stateless.
 */
public final class DirectoryExchange {
  private DirectoryExchange() {}

  /**
   * Exchanges two directories.
   *
   * @param one of them
   * @param other of them
   * @throws IOException if the file system cannot, or one of them is not there
   */
  public static void exchange(Path one, Path other) throws IOException {
    NativeLibrary.load();
    int status;
    try (Arena scratch = Arena.ofConfined()) {
      status =
          Penstock.penstock_path_exchange(
              scratch.allocateFrom(one.toAbsolutePath().toString()),
              scratch.allocateFrom(other.toAbsolutePath().toString()));
    }
    if (status != 0) {
      throw new FileSystemException(
          other.toString(),
          one.toString(),
          "it cannot be replaced in one step (" + NativeStatus.describe(status) + ")");
    }
  }
}

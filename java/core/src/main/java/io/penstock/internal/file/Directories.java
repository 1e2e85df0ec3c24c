package io.penstock.internal.file;

import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Forces directories to the disk, where that exists: Windows does it by itself, and opens no
 * directory as a file.
 */
public final class Directories {
  private Directories() {}

  /**
   * Whether a file system follows the rules of POSIX: directories can be forced, and a file that is
   * open can be renamed and deleted. Of those that Java knows, only Windows has others.
   *
   * @param path any in it
   */
  public static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Forces the names in a directory to the disk, in spite of interrupts.
   *
   * @param directory in which a file was made, renamed or deleted
   * @throws IOException if the device says that it cannot
   */
  public static void force(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return;
    }
    Uninterrupted.run(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        });
  }
}

package io.penstock.internal.file;

import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces directories to the disk. */
public final class Directories {
  private Directories() {}

  /**
   * Forces the names in a directory to the disk, in spite of interrupts.
   *
   * @param directory in which a file was made, renamed or deleted
   * @throws IOException if the device says that it cannot
   */
  public static void force(Path directory) throws IOException {
    Uninterrupted.run(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        });
  }
}

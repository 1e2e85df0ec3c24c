package io.penstock.internal.file;

import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Directories as they are on the disk. */
public final class Directories {
  private Directories() {}

  /**
   * Forces the names of a directory to the disk, whatever interrupts that.
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

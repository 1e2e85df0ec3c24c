package io.penstock.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Channels that read and write past the page cache, in whole blocks of memory and file. */
public final class DirectChannel {
  private DirectChannel() {}

  /**
   * Opens a file.
   *
   * @param path of a file that exists
   * @param blockBytes size of the blocks that are going to be read or written
   * @param access to it
   * @return the channel, to be closed by the caller; null where the file system has no direct reads
   *     and writes of such blocks, or the file cannot be opened: to open it without says why
   */
  public static FileChannel openOrNull(Path path, long blockBytes, OpenOption... access) {
    try {
      if (Files.getFileStore(path).getBlockSize() > blockBytes) {
        return null;
      }
      OpenOption[] options =
          Stream.concat(Stream.of(access), Stream.of(directOption())).toArray(OpenOption[]::new);
      return FileChannel.open(path, options);
    } catch (IOException | UnsupportedOperationException | ReflectiveOperationException e) {
      return null;
    }
  }

  /** ExtendedOpenOption.DIRECT, which javac warns of, as it is not part of Java SE. */
  private static OpenOption directOption() throws ReflectiveOperationException {
    Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
    return (OpenOption) options.getField("DIRECT").get(null);
  }
}

package io.penstock.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;

/** Locks by which processes tell each other that they are at work on a file. */
public final class FileLocks {
  /** Behind the end of any file. */
  private static final long BEHIND_ALL = Long.MAX_VALUE - 1;

  private FileLocks() {}

  /**
   * Locks a file, if nobody has.
   *
   * <p>On Windows a lock also keeps everybody else from reading and writing what is locked, other
   * channels of this process included. There it is of one byte behind the end. Elsewhere it is of
   * the whole file, as not every file server knows offsets that large.
   *
   * @param channel to the file
   * @param path of the file
   * @return null if another process has it locked
   * @throws IOException if files cannot be locked here
   */
  public static FileLock tryLock(FileChannel channel, Path path) throws IOException {
    return Directories.isPosix(path) ? channel.tryLock() : channel.tryLock(BEHIND_ALL, 1, false);
  }
}

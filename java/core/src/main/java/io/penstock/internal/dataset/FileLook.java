package io.penstock.internal.dataset;

import io.penstock.array.FileInfo;
import io.penstock.error.PenstockException;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the file system about the files of a dataset. It may take long to answer, so user threads
 * must not call this. Stateless.
 */
public final class FileLook {
  private FileLook() {}

  /** What is known of each file, and how much of it is in the page cache now. */
  static List<FileInfo> infos(OpenFiles source) {
    List<FileInfo> infos = new ArrayList<>();
    for (FileFacts file : source.files()) {
      Instant modified =
          Instant.ofEpochSecond(
              Math.floorDiv(file.modifiedNanos(), 1_000_000_000L),
              Math.floorMod(file.modifiedNanos(), 1_000_000_000L));
      infos.add(
          FileInfo.builder(file.path(), file.sizeBytes(), modified)
              .place(file.device(), file.inode())
              .directAlignment(file.directOffsetAlignmentBytes(), file.directMemoryAlignmentBytes())
              .cachedFraction(source.cachedFraction(infos.size()))
              .build());
    }
    return infos;
  }

  /**
   * Compares all files with what they were when they were opened.
   *
   * @throws PenstockException if one was modified, replaced or cut short
   */
  public static void check(OpenFiles source) {
    try (Arena scratch = Arena.ofConfined()) {
      source.check(scratch).run();
    }
  }
}

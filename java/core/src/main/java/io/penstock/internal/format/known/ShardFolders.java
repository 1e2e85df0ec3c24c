package io.penstock.internal.format.known;

import io.penstock.internal.format.mds.MdsFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells folders that are datasets, with a list of their shards, from folders whose files are
 * records. A folder of the first kind stands for its shards, as a pattern does for its files.
 */
public final class ShardFolders {
  private ShardFolders() {}

  /**
   * Whether a path is a folder that lists its shards.
   *
   * @param path any
   * @return false for files, and for other folders
   */
  public static boolean isOne(Path path) {
    return Files.isDirectory(path) && MdsFolder.isOne(path);
  }

  /**
   * Whether a path is a folder whose files are records.
   *
   * @param path any
   * @return false for files, and for folders that list their shards
   */
  public static boolean isOfRecords(Path path) {
    return Files.isDirectory(path) && !MdsFolder.isOne(path);
  }

  /**
   * The shards of a folder.
   *
   * @param folder one that {@link #isOne}
   * @return files, in order
   * @throws io.penstock.error.PenstockException if they are not as the list says
   */
  public static List<Path> files(Path folder) {
    return MdsFolder.open(folder).files();
  }
}

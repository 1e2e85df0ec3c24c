package io.penstock.internal.format.known;

import io.penstock.internal.format.mds.MdsFolder;
import io.penstock.internal.kind.ArrayFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells folders that are datasets, with a list of their shards or a description of their arrays,
 * from folders whose files are records. A folder of the first kind stands for its shards, as a
 * pattern does for its files, or for its description.
 */
public final class ShardFolders {
  private ShardFolders() {}

  /**
   * Whether a path is a folder that stands for other files.
   *
   * @param path any
   * @return false for files, and for folders of records
   */
  public static boolean isOne(Path path) {
    return isOfShards(path)
        || (Files.isDirectory(path) && ArrayFolder.description(path).isPresent());
  }

  /**
   * Whether a path is a folder that lists its shards.
   *
   * @param path any
   * @return false for files, and for other folders
   */
  public static boolean isOfShards(Path path) {
    return Files.isDirectory(path) && MdsFolder.isOne(path);
  }

  /**
   * Whether a path is a folder whose files are records.
   *
   * @param path any
   * @return false for files, and for folders that stand for others
   */
  public static boolean isOfRecords(Path path) {
    return Files.isDirectory(path) && !isOne(path);
  }

  /**
   * The files that a folder stands for.
   *
   * @param folder one that {@link #isOne}
   * @return its shards, in order; or the description of its arrays
   * @throws io.penstock.error.PenstockException if they are not as the list says
   */
  public static List<Path> files(Path folder) {
    return isOfShards(folder)
        ? MdsFolder.open(folder).files()
        : ArrayFolder.description(folder).stream().toList();
  }
}

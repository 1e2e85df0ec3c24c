package io.penstock.cli.check;

import io.penstock.internal.folder.FolderIndex;
import java.nio.file.Path;

/**
 * The folder of a column in a manifest, whose files are its records, or whose classes are its
 * labels. Its files are many and small, so they are compared record by record.
 *
 * @param pattern of the names of its files
 * @param digest of names, sizes and classes
 */
record FolderEntry(String pattern, String digest) {
  static FolderEntry of(String pattern, FolderIndex folder) {
    return new FolderEntry(pattern, folder.digest());
  }

  /** Whether a folder still has these files. */
  boolean isOf(Path folder) {
    Path index = FolderIndex.defaultFile(folder);
    return FolderIndex.open(folder, pattern, index).digest().equals(digest);
  }
}

package io.penstock.internal.dataset;

import io.penstock.internal.folder.FolderIndex;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The indexes of the folders of one dataset, each opened once: files and labels are of the same
 * scan. An index that was opened again could be another one, made because files were modified
 * shortly before the first.
 */
final class OpenFolders {
  private record Key(Path folder, String pattern, Path file) {}

  private final Map<Key, FolderIndex> indexes = new HashMap<>();

  /** As {@link FolderIndex#open}. */
  FolderIndex open(Path folder, String pattern, Path file) {
    return indexes.computeIfAbsent(
        new Key(folder, pattern, file), key -> FolderIndex.open(key.folder, key.pattern, key.file));
  }
}

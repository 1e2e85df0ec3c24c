package io.penstock.cli.info;

import io.penstock.array.ArrayLayout;
import io.penstock.format.Source;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.Indexes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the records of a column lie, as it is shown. Those that were copied into the index of a
 * container, as they do not lie in it as array elements, have no place in the file that was asked
 * for.
 *
 * @param dataOffset where they begin in the file; null if they lie in its index
 * @param fileBytes size of the file
 * @param indexFile the index; null if they lie in the file
 */
record DataPlace(Long dataOffset, long fileBytes, Path indexFile) {
  static DataPlace of(Source source, ArrayLayout layout) {
    Path file = source.file();
    try {
      return layout.path().equals(file) || !Indexes.isIndex(layout.path())
          ? new DataPlace(layout.dataOffset(), layout.fileBytes(), null)
          : new DataPlace(null, Files.size(file), layout.path());
    } catch (IOException e) {
      throw OpenFile.failure(file, e);
    }
  }
}

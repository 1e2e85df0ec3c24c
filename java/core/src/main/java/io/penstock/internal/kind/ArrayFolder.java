package io.penstock.internal.kind;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Folders that hold one array, or several, in many files, and look like folders of small files:
 * those of Zarr, whose files are chunks, compressed as a rule.
 */
public final class ArrayFolder {
  /** A file that only such folders have, and what they are. */
  private record Mark(String file, String name) {}

  private static final List<Mark> MARKS =
      List.of(
          new Mark(".zarray", "an array of Zarr version 2"),
          new Mark(".zgroup", "a group of arrays of Zarr version 2"),
          new Mark("zarr.json", "arrays of Zarr version 3"));

  private ArrayFolder() {}

  /**
   * What is wrong with taking a folder for one of records.
   *
   * @param folder any
   * @return a message about it; empty for all other folders
   */
  public static Optional<String> problem(Path folder) {
    return MARKS.stream()
        .filter(mark -> Files.isRegularFile(folder.resolve(mark.file)))
        .findFirst()
        .map(
            mark ->
                ("expected files that are a record each, found %s (%s), whose files are chunks:"
                     + " write the array out in Python with numpy.save('x.npy',"
                     + " zarr.open('%s')[:]), or, if it is larger than memory, piece by piece into"
                     + " numpy.lib.format.open_memmap('x.npy', 'w+', dtype, shape)")
                    .formatted(mark.name, mark.file, folder.getFileName()));
  }
}

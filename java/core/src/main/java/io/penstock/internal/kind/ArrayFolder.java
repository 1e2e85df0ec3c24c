package io.penstock.internal.kind;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Folders that hold one array, or several, in many files, and look like folders of small files:
 * those of Zarr, whose files are chunks, compressed as a rule.
 */
public final class ArrayFolder {
  private static final String IN_PYTHON =
      "write the array out in Python with numpy.save('x.npy', zarr.open('%s')[:]), or, if it is"
          + " larger than memory, piece by piece into numpy.lib.format.open_memmap('x.npy', 'w+',"
          + " dtype, shape)";

  /** A file that only such folders have, what they are, and what to do. */
  private record Mark(String file, String name, String remedy) {
    boolean isIn(Path folder) {
      return Files.isRegularFile(folder.resolve(file));
    }
  }

  private static final List<Mark> CONVERTED =
      List.of(
          new Mark(
              ".zarray",
              "an array of Zarr version 2",
              "write it out with penstock convert %s x.npy"),
          new Mark(
              ".zgroup",
              "a group of arrays of Zarr version 2",
              "write them out with penstock convert %s DIRECTORY"));

  private static final List<Mark> REFUSED =
      List.of(new Mark("zarr.json", "arrays of Zarr version 3", IN_PYTHON));

  private ArrayFolder() {}

  /**
   * The file that describes the arrays of a folder: it stands for them.
   *
   * @param folder any
   * @return empty for all other folders, and for those that no format reads
   */
  public static Optional<Path> description(Path folder) {
    return CONVERTED.stream()
        .filter(mark -> mark.isIn(folder))
        .findFirst()
        .map(mark -> folder.resolve(mark.file));
  }

  /**
   * What is wrong with taking a folder for one of records.
   *
   * @param folder any
   * @return a message about it; empty for all other folders
   */
  public static Optional<String> problem(Path folder) {
    return Stream.concat(CONVERTED.stream(), REFUSED.stream())
        .filter(mark -> mark.isIn(folder))
        .findFirst()
        .map(
            mark ->
                "expected files that are a record each, found %s (%s), whose files are chunks: %s"
                    .formatted(mark.name, mark.file, mark.remedy.formatted(folder.getFileName())));
  }
}

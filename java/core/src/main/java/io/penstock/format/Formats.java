package io.penstock.format;

import io.penstock.PenstockException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the array in a file, whatever format the file has.
 *
 * <p>The format is told by the file's first bytes, never by its name. Stateless; any thread.
 */
public final class Formats {
  private static final List<ArrayFormat> FORMATS = List.of(new NpyFormat());

  /** Enough to tell any format by, and to show a user what is there instead. */
  private static final int START_BYTES = 16;

  private Formats() {}

  /**
   * Opens a file, reads its header, and closes it again.
   *
   * <p>Reads the header only, at most 1 MiB of it, and never blocks on a pipe.
   *
   * @param path a regular file, or a link to one
   * @return where the array lies and what it is made of
   * @throws PenstockException if there is no such file, it cannot be read, its format is not known
   *     or not supported yet, its header is not valid, or it is cut short
   */
  public static ArrayLayout open(Path path) {
    try (OpenFile file = OpenFile.open(path)) {
      byte[] start = file.start(START_BYTES);
      for (ArrayFormat format : FORMATS) {
        if (format.recognizes(start)) {
          return format.read(file);
        }
      }
      String found = start.length == 0 ? "an empty file" : Excerpt.of(start);
      throw PenstockException.about(
          path,
          "not a .npy file: expected magic \\x93NUMPY, found "
              + found
              + ": write the array with numpy.save");
    }
  }
}

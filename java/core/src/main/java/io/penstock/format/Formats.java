package io.penstock.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RawArray;
import io.penstock.internal.format.ShardPaths;
import io.penstock.internal.format.known.KnownFormats;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the arrays in a file, whatever format the file has.
 *
 * <p>The first bytes of a file determine its format, never its name. A path may name one of several
 * arrays, {@code FILE#PART}; a file whose name contains a {@code #} is found all the same.
 * Stateless; any thread.
 */
public final class Formats {
  private Formats() {}

  /**
   * Opens a file, reads the description of one array, and closes it again.
   *
   * <p>Reads descriptions only, no records, and never blocks on a pipe.
   *
   * @param path a regular file or a link to one, with {@code #} and the name of a part if there is
   *     more than one array in it, or a result of {@link #raw}
   * @return where the array lies, its type and its shape
   * @throws PenstockException if there is no such file or part, it cannot be read, its format is
   *     unknown or not supported, its header is not valid, or it is cut short
   */
  public static ArrayLayout open(Path path) {
    return KnownFormats.open(path);
  }

  /**
   * Finds an array that cannot be read in place, but from beginning to end. If a pickle has
   * elements as lines of text, these are scanned, however long they are.
   *
   * @param path as for {@link #open}
   * @return the array; empty if {@link #open} opens it, or if it cannot be read at all
   * @throws PenstockException if there is no such file or part, or it is damaged
   */
  public static Optional<StreamedArray> streamed(Path path) {
    return KnownFormats.streamed(path);
  }

  /**
   * Opens a file, finds all arrays in it, and closes it again.
   *
   * @param file a regular file or a link to one
   * @return the parts with their names, in the order of the file; fields of structured arrays
   *     follow the array that they belong to. For a pickle with more than 65,536 arrays, the first
   *     ones, followed by one without a name whose problem says how many more there are
   * @throws PenstockException as for {@link #open}, but not for single parts that cannot be read:
   *     those throw when asked for their layout
   */
  public static List<Part> parts(Path file) {
    return KnownFormats.parts(file);
  }

  /**
   * Finds the files that a pattern stands for: stars and question marks in the last name of a path,
   * {@code data/part-*.npy}.
   *
   * @param path a pattern, or any other path; a part after it applies to each file
   * @return the files that match, in the order of their names with numbers as numbers, so that
   *     {@code part-10} follows {@code part-9}; only the path itself if it is not a pattern, or if
   *     a file has exactly this name
   * @throws PenstockException if no file matches, or the directory cannot be read
   */
  public static List<Path> shards(Path path) {
    return ShardPaths.of(path);
  }

  /**
   * The file or folder that a path names a part of.
   *
   * @param path {@code FILE#PART}, or without a part
   * @return {@code FILE}
   */
  public static Path file(Path path) {
    return PartPath.of(path).file();
  }

  /**
   * Makes a path that describes a file without a header: elements one after another, after any
   * number of other bytes. It opens and checks nothing.
   *
   * @param file the file
   * @param dtype type of the elements, as {@code <u2} or {@code uint16}; without a byte order, in
   *     that of this machine
   * @param shape sizes of all axes, outermost first, at least one; the first may be -1, for as many
   *     records as there are until the end of the file
   * @param offsetBytes where the first element starts, in bytes from the start of the file
   * @return {@code FILE#raw:DTYPE:SHAPE:OFFSET}, which can be opened wherever a path can
   * @throws IllegalArgumentException if there is no such type or shape, or the offset is negative
   */
  public static Path raw(Path file, String dtype, List<Long> shape, long offsetBytes) {
    return file.resolveSibling(file.getFileName() + "#" + RawArray.part(dtype, shape, offsetBytes));
  }

  /**
   * The default name of a column.
   *
   * @param path a file, or a part of one
   * @return the name of the part, or else the file's name without its extension
   */
  public static String columnName(Path path) {
    return PartPath.of(path).columnName();
  }
}

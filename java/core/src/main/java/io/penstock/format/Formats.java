package io.penstock.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.array.StreamedRecords;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.known.KnownFormats;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the arrays in a file, whatever format the file has.
 *
 * <p>The first bytes of a file determine its format, never its name. Stateless; any thread.
 */
public final class Formats {
  private Formats() {}

  /**
   * Opens the one array in a file: {@code open(Source.of(file))}.
   *
   * @param file a regular file or a link to one
   * @return where the array lies, its type and its shape
   * @throws PenstockException as for {@link #open(Source)}
   */
  public static ArrayLayout open(Path file) {
    return open(Source.of(file));
  }

  /**
   * Opens a file, reads the description of one array, and closes it again.
   *
   * <p>Reads descriptions only, no records, and never blocks on a pipe.
   *
   * @param source one file, with the name of a part if there is more than one array in it
   * @return where the array lies, its type and its shape
   * @throws PenstockException if there is no such file or part, it cannot be read, its format is
   *     unknown or not supported, its header is not valid, or it is cut short
   * @throws IllegalArgumentException if it is a pattern, or a folder of shards: open each of its
   *     {@link Source#shards}
   */
  public static ArrayLayout open(Source source) {
    return KnownFormats.open(one(source));
  }

  private static PartPath one(Source source) {
    if (source.isPattern()) {
      throw new IllegalArgumentException(
          "source must be one file, was the pattern %s: use each of its shards()"
              .formatted(source));
    }
    if (source.isShardFolder()) {
      throw new IllegalArgumentException(
          "source must be one file, was a folder that stands for others, %s: use each of its shards()"
              .formatted(source));
    }
    return source.place();
  }

  /**
   * Finds an array that cannot be read in place, but from beginning to end. If a pickle has
   * elements as lines of text, these are scanned, however long they are.
   *
   * @param source as for {@link #open(Source)}
   * @return the array; empty if {@link #open(Source)} opens it, or if it cannot be read at all
   * @throws PenstockException if there is no such file or part, or it is damaged
   * @throws IllegalArgumentException if it is a pattern, or a folder of shards
   */
  public static Optional<StreamedArray> streamed(Source source) {
    return KnownFormats.streamed(one(source));
  }

  /**
   * Finds records of different sizes that cannot be read in place, but from the first to the last.
   *
   * @param source as for {@link #open(Source)}
   * @return the records; empty if the source is something else
   * @throws PenstockException if there is no such file or part, or it is damaged
   * @throws IllegalArgumentException if it is a pattern, or a folder of shards
   */
  public static Optional<StreamedRecords> streamedRecords(Source source) {
    return KnownFormats.streamedRecords(one(source));
  }

  /**
   * Opens a file, finds all arrays in it, and closes it again.
   *
   * @param file a regular file or a link to one
   * @return the parts with their names, in the order of the file; fields of structured arrays
   *     follow the array that they belong to. For a pickle with more than 65,536 arrays, the first
   *     ones, followed by one without a name whose problem says how many more there are
   * @throws PenstockException as for {@link #open(Source)}, but not for single parts that cannot be
   *     read: those throw when asked for their layout
   */
  public static List<Part> parts(Path file) {
    return KnownFormats.parts(file);
  }
}

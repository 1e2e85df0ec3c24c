package io.penstock.spi;

import io.penstock.array.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds arrays in files of a format that this library does not know by itself, with the help of
 * another one. Found with {@link java.util.ServiceLoader}: a jar on the class path or module path
 * names its implementation.
 *
 * <p>A provider tells where arrays lie; it reads none of them. Whatever it says is compared with
 * the size of the file, and what it throws becomes an error of the file. Thread-safe.
 */
public interface FormatProvider {
  /**
   * The format's name as users see it.
   *
   * @return a word in lower case, "hdf5"
   */
  String name();

  /**
   * Whether a file claims this format. Asked only where no format of this library does.
   *
   * @param start the first 16 bytes of the file, or all there are
   * @return whether to ask for {@link #arrays}
   */
  boolean recognizes(byte[] start);

  /**
   * Whether a file claims this format, for formats whose files do not say so in their first bytes.
   * Asked only where {@link #recognizes(byte[])} says no.
   *
   * @param file a regular file
   * @param start the first 16 bytes of the file, or all there are
   * @return whether to ask for {@link #arrays}
   * @throws IOException if the file cannot be read
   */
  default boolean recognizes(Path file, byte[] start) throws IOException {
    return false;
  }

  /**
   * Finds all arrays. Opens the file and closes it again.
   *
   * @param file a regular file
   * @return the arrays in the order of the file
   * @throws io.penstock.error.PenstockException if the file cannot be understood
   */
  List<FoundArray> arrays(Path file);

  /**
   * Finds one array by its name, without a look at the others; also under names that {@link
   * #arrays} leaves out, such as those of links.
   *
   * @param file as for {@link #arrays}
   * @param name of the array in its file, or what a user wrote
   * @return the array, under that name; empty where there is none of this name, or where the format
   *     has to list all of them anyhow
   * @throws io.penstock.error.PenstockException if the file cannot be understood
   */
  default Optional<FoundArray> find(Path file, String name) {
    return Optional.empty();
  }

  /**
   * Opens the elements of an array that is {@link FoundArray#streamed}, from the first one on, in C
   * order, in memory that does not grow with the array.
   *
   * @param file as for {@link #arrays}
   * @param name of the array in its file
   * @return their bytes, to be closed by the caller
   * @throws IOException if they cannot be read
   */
  default InputStream elements(Path file, String name) throws IOException {
    throw new IOException("this format has no elements that are read one after another: " + name);
  }

  /**
   * A field of structured elements.
   *
   * @param name of the field
   * @param offsetBytes where it begins, from the start of the element
   * @param elementType type of its values; raw bytes for those that have fields themselves
   * @param fields of these; empty for plain values
   * @param shape sizes of the axes that it has within an element, outermost first; mostly none
   */
  record FoundField(
      String name,
      long offsetBytes,
      ElementType elementType,
      List<FoundField> fields,
      List<Long> shape) {
    /** Takes copies of the lists. */
    public FoundField {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(elementType, "elementType");
      fields = List.copyOf(fields);
      shape = List.copyOf(shape);
    }
  }

  /**
   * An array in one piece, in C order; or why there is none to be read in place.
   *
   * @param name of the array in its file, different from all others
   * @param elementType type of the elements; null where they cannot be had at all
   * @param fields of elements of a structured type, which are raw bytes as a whole; empty for
   *     others
   * @param shape sizes of all axes, outermost first; empty for one element
   * @param offsetBytes where the first element starts, in bytes from the start of the file
   * @param problem what was expected, found, and what to do; null where the array can be read
   */
  record FoundArray(
      String name,
      ElementType elementType,
      List<FoundField> fields,
      List<Long> shape,
      long offsetBytes,
      String problem) {
    /** Takes copies of the lists. */
    public FoundArray {
      Objects.requireNonNull(name, "name");
      fields = List.copyOf(fields);
      shape = List.copyOf(shape);
      if (elementType == null && problem == null) {
        throw new IllegalArgumentException("'" + name + "' must have an elementType or a problem");
      }
    }

    /**
     * An array that can be read where it lies.
     *
     * @param name of the array in its file
     * @param elementType type of the elements
     * @param shape sizes of all axes, outermost first
     * @param offsetBytes where the first element starts, in bytes from the start of the file
     * @return the array
     */
    public static FoundArray of(
        String name, ElementType elementType, List<Long> shape, long offsetBytes) {
      return new FoundArray(name, elementType, List.of(), shape, offsetBytes, null);
    }

    /**
     * An array that cannot be read where it lies, but through {@link FormatProvider#elements}.
     *
     * @param name of the array in its file
     * @param elementType type of the elements
     * @param shape sizes of all axes, outermost first
     * @param problem what was expected, found, and what to do
     * @return the array
     */
    public static FoundArray streamed(
        String name, ElementType elementType, List<Long> shape, String problem) {
      return new FoundArray(
          name, elementType, List.of(), shape, 0, Objects.requireNonNull(problem));
    }

    /**
     * An array that is there but cannot be read where it lies.
     *
     * @param name of the array in its file
     * @param problem what was expected, found, and what to do
     * @return the array
     */
    public static FoundArray refused(String name, String problem) {
      return new FoundArray(name, null, List.of(), List.of(), 0, problem);
    }

    /**
     * The same array with elements of a structured type.
     *
     * @param fields what its elements are made of
     * @return the array
     */
    public FoundArray withFields(List<FoundField> fields) {
      return new FoundArray(name, elementType, fields, shape, offsetBytes, problem);
    }
  }
}

package io.penstock.spi;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds arrays in files of a format that this library does not know. Providers are found with
 * {@link java.util.ServiceLoader}: a jar on the class path or module path names its implementation.
 *
 * <p>A provider says where arrays lie; it does not read them. Its answers are compared with the
 * size of the file, and what it throws becomes an error of the file. Implementations must be
 * thread-safe.
 */
public interface FormatProvider {
  /**
   * The name of the format, as users see it.
   *
   * @return a word in lower case, such as "hdf5"
   */
  String name();

  /**
   * Whether a file claims this format. Called only if no format of this library recognises the
   * file.
   *
   * @param start the first 16 bytes of the file, or all there are
   * @return whether to ask for {@link #arrays}
   */
  boolean recognizes(byte[] start);

  /**
   * Whether a file claims this format, for formats that cannot be recognised by their first bytes.
   * Called only if {@link #recognizes(byte[])} returns false.
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
   * Finds one array by its name, without examining the others; also under names that {@link
   * #arrays} leaves out, such as those of links.
   *
   * @param file as for {@link #arrays}
   * @param name of the array in its file, as the user wrote it
   * @return the array, under that name; empty if there is none, or if the format has to list all
   *     arrays anyway
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
   * @param elementType type of its values; raw bytes for values that have fields themselves
   * @param fields the fields of its values; empty for plain values
   * @param shape sizes of the axes that it has within an element, outermost first; usually none
   */
  record FoundField(
      String name,
      long offsetBytes,
      ElementType elementType,
      List<FoundField> fields,
      Shape shape) {
    /** Takes copies of the lists. */
    public FoundField {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(elementType, "elementType");
      fields = List.copyOf(fields);
      Objects.requireNonNull(shape, "shape");
    }
  }

  /**
   * A contiguous array in C order, or the reason why an array cannot be read in place.
   *
   * @param name of the array in its file, different from all others
   * @param elementType type of the elements; null if they cannot be read at all
   * @param fields the fields of a structured type, whose elements are raw bytes; empty for other
   *     types
   * @param shape sizes of all axes, outermost first; empty for one element
   * @param offsetBytes where the first element starts, in bytes from the start of the file
   * @param problem what was expected, what was found, and what to do; null if the array can be read
   *     in place
   */
  record FoundArray(
      String name,
      ElementType elementType,
      List<FoundField> fields,
      Shape shape,
      long offsetBytes,
      String problem) {
    /** Takes copies of the lists. */
    public FoundArray {
      Objects.requireNonNull(name, "name");
      fields = List.copyOf(fields);
      Objects.requireNonNull(shape, "shape");
      if (elementType == null && problem == null) {
        throw new IllegalArgumentException("'" + name + "' must have an elementType or a problem");
      }
    }

    /**
     * An array that can be read in place.
     *
     * @param name of the array in its file
     * @param elementType type of the elements
     * @param shape sizes of all axes, outermost first
     * @param offsetBytes where the first element starts, in bytes from the start of the file
     * @return the array
     */
    public static FoundArray of(
        String name, ElementType elementType, Shape shape, long offsetBytes) {
      return new FoundArray(name, elementType, List.of(), shape, offsetBytes, null);
    }

    /**
     * An array that cannot be read in place, but through {@link FormatProvider#elements}.
     *
     * @param name of the array in its file
     * @param elementType type of the elements
     * @param shape sizes of all axes, outermost first
     * @param problem what was expected, found, and what to do
     * @return the array
     */
    public static FoundArray streamed(
        String name, ElementType elementType, Shape shape, String problem) {
      return new FoundArray(
          name, elementType, List.of(), shape, 0, Objects.requireNonNull(problem));
    }

    /**
     * An array that exists but cannot be read.
     *
     * @param name of the array in its file
     * @param problem what was expected, found, and what to do
     * @return the array
     */
    public static FoundArray refused(String name, String problem) {
      return new FoundArray(name, null, List.of(), Shape.SCALAR, 0, problem);
    }

    /**
     * The same array with elements of a structured type.
     *
     * @param fields the fields of its elements
     * @return the array
     */
    public FoundArray withFields(List<FoundField> fields) {
      return new FoundArray(name, elementType, fields, shape, offsetBytes, problem);
    }
  }
}

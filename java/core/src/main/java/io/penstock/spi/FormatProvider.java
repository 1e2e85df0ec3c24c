package io.penstock.spi;

import io.penstock.array.RecordStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
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
   * Opens records that are {@link FoundArray#streamedRecords}, from the first one on, in memory
   * that does not grow with their number.
   *
   * @param file as for {@link #arrays}
   * @param name of the records in the file
   * @return the records, to be closed by the caller
   * @throws IOException if they cannot be read
   */
  default RecordStream records(Path file, String name) throws IOException {
    throw new IOException("this format has no records that are read one after another: " + name);
  }
}

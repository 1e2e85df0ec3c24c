package io.penstock.format;

import io.penstock.PenstockException;
import io.penstock.format.FormatProvider.FoundArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Formats that other jars bring. What they say is checked as if a file had said it, and what they
 * throw is told as an error of the file: they go through files of strangers too.
 */
final class ProvidedFormat {
  /** How files of HDF5 begin, to say which jar is missing. */
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  private ProvidedFormat() {}

  /** The arrays in a file; empty if no provider knows it. */
  static Optional<Contents> read(OpenFile file, byte[] start) {
    ClassLoader loader = ProvidedFormat.class.getClassLoader();
    for (FormatProvider provider : ServiceLoader.load(FormatProvider.class, loader)) {
      if (provider.recognizes(start)) {
        List<Part> parts = parts(file, provider);
        return Optional.of(() -> parts);
      }
    }
    if (start.length >= HDF5.length && Arrays.equals(start, 0, HDF5.length, HDF5, 0, HDF5.length)) {
      throw file.problem(
          "expected a file of arrays, found one of HDF5, which is read with the help of another"
              + " jar: add io.penstock:penstock-hdf5 to the class path");
    }
    return Optional.empty();
  }

  private static List<Part> parts(OpenFile file, FormatProvider provider) {
    List<FoundArray> arrays;
    try {
      arrays = provider.arrays(file.path());
    } catch (PenstockException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw file.problem(
          "not a valid %s file: %s: make or copy it again"
              .formatted(provider.name(), Excerpt.of(what, 0)),
          e);
    }
    UniqueNames names = new UniqueNames();
    List<Part> parts = new ArrayList<>();
    for (FoundArray array : arrays) {
      parts.add(part(file, provider, array, names.take(Excerpt.name(array.name()))));
    }
    return parts;
  }

  /** What the provider throws is the file's fault, here too. */
  private static InputStream elements(FormatProvider provider, Path file, String name)
      throws IOException {
    try {
      return provider.elements(file, name);
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Part part(OpenFile file, FormatProvider provider, FoundArray array, String name) {
    if (array.elementType() == null) {
      return Part.refused(file.path(), name, array.problem());
    }
    try {
      if (array.problem() != null) {
        return Part.streamed(
            new StreamedArray(
                file.path(),
                name,
                array.elementType(),
                array.shape(),
                false,
                () -> elements(provider, file.path(), array.name())),
            array.problem());
      }
      DataType type = new DataType.Plain(array.elementType());
      return StoredArray.of(type, array.shape(), false, array.offsetBytes())
          .parts(file, provider.name(), name)
          .getFirst();
    } catch (PenstockException e) {
      return Part.refused(name, e);
    }
  }
}

package io.penstock.internal.format;

import io.penstock.array.ElementType;
import io.penstock.array.Part;
import io.penstock.array.RecordStream;
import io.penstock.array.StreamedArray;
import io.penstock.array.StreamedRecords;
import io.penstock.error.PenstockException;
import io.penstock.internal.report.Excerpt;
import io.penstock.spi.FormatProvider;
import io.penstock.spi.FoundArray;
import io.penstock.spi.FoundField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Formats that other jars bring. What they report is checked like the contents of a file, and what
 * they throw becomes an error of the file: they parse files from strangers, too.
 */
public final class ProvidedFormat {
  /**
   * A format that a module of this project brings: used to name the jar that is missing.
   *
   * @param isOne tells its files by their paths and first bytes
   */
  private record Missing(String name, BiPredicate<Path, byte[]> isOne, String jar) {
    static Missing of(String name, String magic, String jar) {
      return new Missing(
          name,
          (_, start) -> new String(start, StandardCharsets.ISO_8859_1).startsWith(magic),
          jar);
    }
  }

  private static final List<Missing> MISSING =
      List.of(
          Missing.of("HDF5", "\u0089HDF\r\n\032\n", "penstock-hdf5"),
          Missing.of("Parquet", "PAR1", "penstock-parquet"),
          new Missing("Zarr", (path, _) -> isOfZarr(path), "penstock-zarr"));

  private ProvidedFormat() {}

  private static boolean isOfZarr(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.equals(".zarray") || name.equals(".zgroup");
  }

  /** The arrays in a file; empty if no provider knows it. */
  public static Optional<Contents> read(OpenFile file, byte[] start) {
    Optional<FormatProvider> provider = provider(file, start);
    if (provider.isPresent()) {
      return Optional.of(new Provided(file, provider.get()));
    }
    for (Missing format : MISSING) {
      if (format.isOne.test(file.path(), start)) {
        throw file.problem(
            "expected a file of arrays, found one of %s, which is read with the help of another jar: add io.penstock:%s to the class path"
                .formatted(format.name, format.jar));
      }
    }
    return Optional.empty();
  }

  /** Whether a provider knows a file. */
  public static boolean isKnown(OpenFile file, byte[] start) {
    return provider(file, start).isPresent();
  }

  private static Optional<FormatProvider> provider(OpenFile file, byte[] start) {
    ClassLoader loader = ProvidedFormat.class.getClassLoader();
    for (FormatProvider provider : ServiceLoader.load(FormatProvider.class, loader)) {
      if (recognizes(provider, file.path(), start)) {
        return Optional.of(provider);
      }
    }
    return Optional.empty();
  }

  private static boolean recognizes(FormatProvider provider, Path path, byte[] start) {
    try {
      return provider.recognizes(start) || provider.recognizes(path, start);
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
  }

  /** What a provider finds in an open file. */
  private record Provided(OpenFile file, FormatProvider provider) implements Contents {
    @Override
    public List<Part> parts() {
      UniqueNames names = new UniqueNames();
      List<Part> parts = new ArrayList<>();
      for (FoundArray array : ask(() -> provider.arrays(file.path()))) {
        parts.addAll(partsOf(array, names.take(Excerpt.name(array.name()))));
      }
      return parts;
    }

    /** Looks for the one first, without describing the others: there may be a million. */
    @Override
    public Optional<Part> find(String name) {
      for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
        String arrayName = name.substring(0, end);
        Optional<Part> part =
            ask(() -> provider.find(file.path(), arrayName)).stream()
                .flatMap(array -> partsOf(array, arrayName).stream())
                .filter(found -> found.name().equals(name))
                .findFirst();
        if (part.isPresent()) {
          return part;
        }
      }
      return Contents.super.find(name);
    }

    private <T> T ask(Supplier<T> question) {
      try {
        return question.get();
      } catch (PenstockException e) {
        throw e;
      } catch (RuntimeException | StackOverflowError e) {
        String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        throw file.problem(
            "not a valid %s file: %s: make or copy it again"
                .formatted(provider.name(), Excerpt.of(what, 0)),
            e);
      }
    }

    /** Here, too, what the provider throws is blamed on the file. */
    private InputStream elements(String name) throws IOException {
      try {
        return provider.elements(file.path(), name);
      } catch (RuntimeException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    private RecordStream records(String name) throws IOException {
      try {
        return provider.records(file.path(), name);
      } catch (RuntimeException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    /** The array, and its fields behind it. */
    private List<Part> partsOf(FoundArray array, String name) {
      if (array.elementType().isEmpty()) {
        return List.of(Part.refused(file.path(), name, array.problem().orElseThrow()));
      }
      try {
        if (array.isVariable()) {
          return List.of(
              Part.streamed(streamedRecords(array, name), array.problem().orElseThrow()));
        }
        DataType type = type(array.elementType().get(), array.fields());
        if (array.problem().isPresent()) {
          return List.of(Part.streamed(streamed(array, type, name), array.problem().get()));
        }
        if (array.runs().isPresent()) {
          return StoredArray.of(type, array.shape().withoutFirst().toList(), false, 0)
              .recordsIn(array.runs().get(), file, provider.name(), name, new UniqueNames());
        }
        return StoredArray.of(type, array.shape().toList(), false, array.offsetBytes())
            .parts(file, provider.name(), name);
      } catch (PenstockException e) {
        return List.of(Part.refused(name, e));
      } catch (IllegalArgumentException e) {
        return List.of(Part.refused(file.path(), name, e.getMessage()));
      }
    }

    private StreamedArray streamed(FoundArray array, DataType type, String name) {
      return StreamedArray.of(
          file.path(), name, type.whole().type(), array.shape(), () -> elements(array.name()));
    }

    private StreamedRecords streamedRecords(FoundArray array, String name) {
      return StreamedRecords.of(
          file.path(),
          name,
          array.elementType().orElseThrow(),
          array.shape().dim(0),
          () -> records(array.name()));
    }
  }

  /** Throws IllegalArgumentException, saying what is wrong, for impossible types. */
  private static DataType type(ElementType element, List<FoundField> fields) {
    if (fields.isEmpty()) {
      return new DataType.Plain(element);
    }
    List<DataType.FieldType> members = new ArrayList<>();
    for (FoundField field : fields) {
      DataType type = type(field.elementType(), field.fields());
      DataType repeated =
          field.shape().isScalar() ? type : DataType.Repeated.of(type, field.shape().toList());
      members.add(new DataType.FieldType(field.name(), field.offsetBytes(), repeated));
    }
    return DataType.Struct.of(element.sizeBytes(), members);
  }
}

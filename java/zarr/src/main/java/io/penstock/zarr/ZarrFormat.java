package io.penstock.zarr;

import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.spi.FormatProvider;
import io.penstock.spi.FoundArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the arrays of a folder of Zarr version 2 by the file that describes it, and reads them from
 * beginning to end.
 *
 * <p>What it owns: the door to the core. What is wrong with an array becomes its reason.
 */
public final class ZarrFormat implements FormatProvider {
  static final String ARRAY = ".zarray";
  static final String GROUP = ".zgroup";
  private static final int MOST_DEPTH = 16;
  private static final int MOST_ARRAYS = 10_000;

  /** For {@link java.util.ServiceLoader}. */
  public ZarrFormat() {}

  @Override
  public String name() {
    return "zarr";
  }

  /** It is JSON, as many other files are. */
  @Override
  public boolean recognizes(byte[] start) {
    return false;
  }

  @Override
  public boolean recognizes(Path file, byte[] start) {
    return isNamed(file, ARRAY) || isNamed(file, GROUP);
  }

  private static boolean isNamed(Path file, String name) {
    return file.getFileName() != null && file.getFileName().toString().equals(name);
  }

  @Override
  public List<FoundArray> arrays(Path file) {
    if (isNamed(file, ARRAY)) {
      return List.of(found(file, ""));
    }
    Path group = folder(file);
    try (Stream<Path> all = Files.find(group, MOST_DEPTH, (path, _) -> isNamed(path, ARRAY))) {
      List<FoundArray> arrays = new ArrayList<>();
      for (Path array : all.limit(MOST_ARRAYS + 1L).sorted().toList()) {
        if (arrays.size() == MOST_ARRAYS) {
          throw PenstockException.about(
              ErrorKind.RESOURCE_LIMIT,
              file,
              "expected at most %d arrays in a group, found more: name a group in it"
                  .formatted(MOST_ARRAYS));
        }
        String name = group.relativize(folder(array)).toString();
        arrays.add(found(array, name.replace(group.getFileSystem().getSeparator(), "/")));
      }
      return arrays;
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.UNREADABLE, file, "expected a readable folder, found: " + e.getMessage(), e);
    }
  }

  private static FoundArray found(Path description, String name) {
    try {
      ZarrArray array = ZarrArray.read(description);
      return FoundArray.streamed(
          name,
          array.type(),
          Shape.of(array.shape()),
          "expected an array in one piece, found chunks of Zarr: write it out once with penstock"
              + " convert");
    } catch (IOException e) {
      return FoundArray.refused(name, e.getMessage());
    }
  }

  @Override
  public Optional<FoundArray> find(Path file, String name) {
    return description(file, name).map(description -> found(description, name));
  }

  /** The description of an array of a group; empty if there is none of this name in it. */
  private static Optional<Path> description(Path file, String name) {
    if (name.isEmpty()) {
      return Optional.of(file);
    }
    Path group = folder(file);
    Path array = group.resolve(name).resolve(ARRAY).normalize();
    return array.startsWith(group.normalize()) && Files.isRegularFile(array)
        ? Optional.of(array)
        : Optional.empty();
  }

  private static Path folder(Path file) {
    return file.toAbsolutePath().getParent();
  }

  @Override
  public InputStream elements(Path file, String name) throws IOException {
    Path description =
        description(file, name)
            .orElseThrow(() -> ZarrFault.refused("expected an array '%s', found none", name));
    return new ZarrElements(folder(description), ZarrArray.read(description));
  }
}

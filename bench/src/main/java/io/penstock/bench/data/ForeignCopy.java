package io.penstock.bench.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Writes the records of a {@link RecordFile} anew, as a peer has them: in a folder of its own
 * beside the file. Found as a service, since the peer's library may not be there.
 */
public interface ForeignCopy {
  /** What its folder's name ends with. */
  String suffix();

  /** Writes the records, and waits until the device has them. */
  void write(RecordFile records, Path folder) throws IOException;

  /** The one with this suffix; null if its library is not in this build. */
  static ForeignCopy named(String suffix) {
    return ServiceLoader.load(ForeignCopy.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(copy -> copy.suffix().equals(suffix))
        .findAny()
        .orElse(null);
  }

  /** Beside the records. */
  static Path folder(RecordFile records, String suffix) {
    String name = records.path().getFileName().toString().replace(".npy", "");
    return records.path().resolveSibling(name + "." + suffix);
  }

  /** Writes them unless they are there; a folder that was not finished is written anew. */
  default void make(RecordFile records) throws IOException {
    Path folder = folder(records, suffix());
    if (Files.exists(folder)) {
      return;
    }
    Path unfinished = folder.resolveSibling(folder.getFileName() + ".unfinished");
    deleteAll(unfinished);
    write(records, unfinished);
    Files.move(unfinished, folder);
  }

  /** Deletes what {@link #make} made, whole or not. */
  static void delete(RecordFile records, String suffix) throws IOException {
    Path folder = folder(records, suffix);
    deleteAll(folder);
    deleteAll(folder.resolveSibling(folder.getFileName() + ".unfinished"));
  }

  /** The files in its folder. */
  static List<Path> files(RecordFile records, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder(records, suffix))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}

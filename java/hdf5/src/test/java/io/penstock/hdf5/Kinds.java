package io.penstock.hdf5;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Files of all kinds that {@code write_kinds.py --small} wrote, with the list of what is in them.
 */
final class Kinds {
  private static final Path ARCHIVE =
      Path.of("src/test/resources/io/penstock/hdf5").resolve("kinds.zip");

  private Kinds() {}

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".h5")).sorted().toList();
    }
  }

  static void unpack(Path folder) throws IOException {
    try (ZipInputStream archive = new ZipInputStream(Files.newInputStream(ARCHIVE))) {
      ZipEntry entry;
      while ((entry = archive.getNextEntry()) != null) {
        Files.copy(archive, folder.resolve(entry.getName()));
      }
    }
  }
}

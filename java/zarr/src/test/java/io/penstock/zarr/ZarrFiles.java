package io.penstock.zarr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The arrays that {@code write_zarr.py} wrote with Debian's python3-zarr 2.13.6. */
final class ZarrFiles {
  private static final Path ARCHIVE = Path.of("src/test/resources/io/penstock/zarr/arrays.zip");

  private ZarrFiles() {}

  /** Unpacks all arrays, or those of some names. */
  static void unpack(Path folder, String... names) {
    try (ZipInputStream archive = new ZipInputStream(Files.newInputStream(ARCHIVE))) {
      ZipEntry entry;
      while ((entry = archive.getNextEntry()) != null) {
        String name = entry.getName();
        boolean isWanted =
            names.length == 0 || Arrays.stream(names).anyMatch(one -> name.startsWith(one + "."));
        if (isWanted && !entry.isDirectory()) {
          Path file = folder.resolve(name);
          Files.createDirectories(file.getParent());
          Files.copy(archive, file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.penstock.internal.index;

import io.penstock.internal.file.UserCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Where the index of a container may lie: in the directory that the user named; or else beside the
 * container, or in the user's cache if nothing can be written there.
 */
public final class IndexPlaces {
  /** System property with the directory of all indexes. */
  public static final String PROPERTY = "penstock.index.dir";

  static final String ENVIRONMENT = "PENSTOCK_INDEX_DIR";
  private static final String SUFFIX = ".penstock-index";
  private static final int HASH_BYTES = 8;

  private IndexPlaces() {}

  /**
   * The places, the best one first.
   *
   * @param container any file
   * @return at least one
   */
  static List<Path> of(Path container) {
    Optional<Path> named = named(container);
    if (named.isPresent()) {
      return List.of(named.get());
    }
    Path absolute = real(container.toAbsolutePath().normalize());
    List<Path> places = new ArrayList<>();
    places.add(absolute.resolveSibling(absolute.getFileName() + SUFFIX));
    UserCache.directory()
        .ifPresent(cache -> places.add(cache.resolve("index").resolve(hashed(absolute))));
    return places;
  }

  /**
   * The place in the directory that the user named.
   *
   * @param container any file or folder
   * @return empty if no directory was named
   */
  public static Optional<Path> named(Path container) {
    String named = System.getProperty(PROPERTY, System.getenv(ENVIRONMENT));
    return named == null || named.isBlank()
        ? Optional.empty()
        : Optional.of(
            Path.of(named)
                .toAbsolutePath()
                .resolve(hashed(real(container.toAbsolutePath().normalize()))));
  }

  /** A directory has one name here; a link to the file itself stays one. */
  private static Path real(Path container) {
    try {
      return container.getParent().toRealPath().resolve(container.getFileName());
    } catch (IOException e) {
      return container;
    }
  }

  /** Files of one name from several directories get different names in one. */
  private static String hashed(Path absolute) {
    Path name = absolute.getFileName();
    try {
      byte[] path = absolute.toString().getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(path);
      return (name == null ? "root" : name)
          + "-"
          + HexFormat.of().formatHex(hash, 0, HASH_BYTES)
          + SUFFIX;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Whether an index can be written there: the directory is made if it is missing. */
  static boolean isWritable(Path place) {
    try {
      Files.createDirectories(place.getParent());
    } catch (IOException e) {
      return false;
    }
    return Files.isWritable(place.getParent());
  }

  /**
   * A place for an index that nobody else finds, deleted when the JVM ends.
   *
   * @throws IOException if there is none either
   */
  static Path ofOwn(Path container) throws IOException {
    Path directory = Files.createTempDirectory("penstock-index-");
    directory.toFile().deleteOnExit();
    Path place = directory.resolve(container.getFileName() + SUFFIX);
    place.toFile().deleteOnExit();
    return place;
  }
}

package io.penstock.internal.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where files of Penstock may be kept from one run to the next: {@code ~/.cache/penstock}. */
public final class UserCache {
  private UserCache() {}

  /**
   * The directory, which need not exist.
   *
   * @return empty for a user without a home, whom Java calls "?"
   */
  public static Optional<Path> directory() {
    String cache = System.getenv("XDG_CACHE_HOME");
    // The specification of this variable says that a relative path is to be ignored.
    if (cache != null && cache.startsWith("/")) {
      return Optional.of(Path.of(cache, "penstock"));
    }
    String home = System.getProperty("user.home", "");
    try {
      return Optional.of(Path.of(home))
          .filter(Path::isAbsolute)
          .map(path -> path.resolve(".cache").resolve("penstock"));
    } catch (InvalidPathException e) {
      return Optional.empty(); // "?" is no name on Windows.
    }
  }
}

package io.penstock.internal.file;

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
    return home.startsWith("/")
        ? Optional.of(Path.of(home, ".cache", "penstock"))
        : Optional.empty();
  }
}

package io.penstock.internal.ffi;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.library.LibrarySearch;
import java.nio.file.Path;
import java.util.Optional;

/** libpenstock.so, loaded once per class loader. */
public final class NativeLibrary {
  /** System property with the path of the library to use, and of no other. */
  public static final String LIBRARY_PROPERTY = "penstock.native.library";

  private static Path loaded;

  /** Why it could not be loaded; nothing changes that while the process runs. */
  private static String problem;

  private NativeLibrary() {}

  /**
   * Loads the library unless that was done. Any thread.
   *
   * @return the file it was loaded from
   * @throws PenstockException if no place has a library that can be loaded: one line that names all
   *     places, why each was passed over, and what to set
   */
  public static synchronized Path load() {
    if (problem != null) {
      throw new PenstockException(ErrorKind.UNSUPPORTED, problem);
    }
    if (loaded == null) {
      try {
        loaded = search().load();
      } catch (PenstockException e) {
        problem = e.getMessage();
        throw e;
      }
    }
    return loaded;
  }

  /**
   * Why the library cannot be used, for whoever can do without. Loads it unless that was tried, so
   * that the answer never changes. Any thread.
   *
   * @return the message of {@link #load}; empty if the library is loaded
   */
  public static Optional<String> problem() {
    try {
      load();
      return Optional.empty();
    } catch (PenstockException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static LibrarySearch search() {
    return new LibrarySearch(
        "penstock",
        LIBRARY_PROPERTY,
        "penstock_abi_version",
        Penstock::PENSTOCK_ABI_VERSION,
        NativeLibrary.class,
        path -> System.load(path));
  }

  /**
   * The machine's name in the jar's resources.
   *
   * @return as "linux-x86_64"
   */
  static String platform() {
    return LibrarySearch.platform();
  }
}

package io.penstock.internal.ffi;

import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.library.LibrarySearch;
import java.nio.file.Path;

/** libpenstock.so, loaded once per class loader. */
public final class NativeLibrary {
  /** System property with the path of the library to use, and of no other. */
  public static final String LIBRARY_PROPERTY = "penstock.native.library";

  private static Path loaded;

  private NativeLibrary() {}

  /**
   * Loads the library unless that was done. Any thread.
   *
   * @return the file it was loaded from
   * @throws PenstockException if no place has a library that can be loaded, naming all places
   */
  public static synchronized Path load() {
    if (loaded == null) {
      loaded =
          new LibrarySearch(
                  "penstock",
                  LIBRARY_PROPERTY,
                  "penstock_abi_version",
                  Penstock.PENSTOCK_ABI_VERSION(),
                  NativeLibrary.class,
                  path -> System.load(path))
              .load();
    }
    return loaded;
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

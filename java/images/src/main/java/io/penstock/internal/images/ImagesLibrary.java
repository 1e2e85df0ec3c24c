package io.penstock.internal.images;

import io.penstock.error.PenstockException;
import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.library.LibrarySearch;
import java.nio.file.Path;

/** libpenstock_images.so, loaded once per class loader, as libpenstock.so is. */
public final class ImagesLibrary {
  /** System property with the path of the library to use, and of no other. */
  public static final String LIBRARY_PROPERTY = "penstock.images.library";

  private static Path loaded;

  private ImagesLibrary() {}

  private static LibrarySearch search() {
    return new LibrarySearch(
        "penstock_images",
        LIBRARY_PROPERTY,
        "penstock_images_abi_version",
        PenstockImages::PENSTOCK_IMAGES_ABI_VERSION,
        ImagesLibrary.class,
        path -> System.load(path));
  }

  /**
   * Loads the library unless that was done. Any thread.
   *
   * @return the file it was loaded from
   * @throws PenstockException if no place has a library that can be loaded, naming all places
   */
  public static synchronized Path load() {
    if (loaded == null) {
      loaded = search().load();
    }
    return loaded;
  }

  /**
   * Whether the jar has a library for this machine.
   *
   * @return false if the build left it out: see native/images/libraries
   */
  public static boolean isInJar() {
    return search().isInJar();
  }
}

package io.penstock.internal.ffi;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds libpenstock.so and loads it, once per class loader.
 *
 * <p>What it owns: the order of the places, and the reasons why each was passed over. The ABI
 * number is asked of a library before the bindings are let near it: a library of another version
 * would be called with the wrong arguments. It must not fall back from a library that the user
 * named.
 */
public final class NativeLibrary {
  /** System property with the path of the library to use, and of no other. */
  public static final String LIBRARY_PROPERTY = "penstock.native.library";

  /** System property with the directory in which the library of the jar is unpacked. */
  public static final String CACHE_PROPERTY = "penstock.native.cache";

  private static final String FILE_NAME = System.mapLibraryName("penstock");

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
      loaded = find();
    }
    return loaded;
  }

  /**
   * The machine's name in the jar's resources.
   *
   * @return as "linux-x86_64"
   */
  static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(" ", "");
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  private static Path find() {
    List<String> reasons = new ArrayList<>();
    String named = System.getProperty(LIBRARY_PROPERTY);
    if (named != null) {
      Path path = Path.of(named).toAbsolutePath();
      if (tryLoad(path, "-D" + LIBRARY_PROPERTY, reasons)) {
        return path;
      }
      throw failure(reasons);
    }
    for (String directory : System.getProperty("java.library.path", "").split(":", -1)) {
      Path path = Path.of(directory.isEmpty() ? "." : directory, FILE_NAME).toAbsolutePath();
      if (Files.exists(path) && tryLoad(path, "java.library.path", reasons)) {
        return path;
      }
    }
    reasons.add("java.library.path: none of its directories has a " + FILE_NAME + " that works");
    Path unpacked = tryUnpacked(reasons);
    if (unpacked == null) {
      throw failure(reasons);
    }
    return unpacked;
  }

  private static Path tryUnpacked(List<String> reasons) {
    String resource = "/META-INF/native/" + platform() + "/" + FILE_NAME;
    Unpacker unpacker;
    try {
      unpacker = Unpacker.of(resource);
    } catch (IOException e) {
      reasons.add("resource " + resource + ": " + e);
      return null;
    }
    if (unpacker == null) {
      reasons.add("resource " + resource + ": not in the jar: this platform is not supported yet");
      return null;
    }
    Optional<Path> cache = Unpacker.cacheDirectory();
    if (cache.isEmpty()) {
      reasons.add("unpacking from the jar: this user has no home directory");
    } else {
      try {
        Path path = unpacker.unpack(cache.get());
        if (tryLoad(path, "unpacked from the jar", reasons)) {
          return path;
        }
      } catch (IOException e) {
        reasons.add("unpacking from the jar: " + e);
      }
    }
    return tryTemporary(unpacker, reasons);
  }

  /**
   * The home directory may be read-only or noexec. A loaded file may be deleted: its pages stay.
   */
  private static Path tryTemporary(Unpacker unpacker, List<String> reasons) {
    try {
      Path directory = Files.createTempDirectory("penstock-");
      Path path = unpacker.unpack(directory);
      try {
        return tryLoad(path, "unpacked to java.io.tmpdir", reasons) ? path : null;
      } finally {
        Files.delete(path);
        Files.delete(directory);
      }
    } catch (IOException e) {
      reasons.add("unpacking to java.io.tmpdir: " + e);
      return null;
    }
  }

  private static boolean tryLoad(Path path, String origin, List<String> reasons) {
    try {
      int found = abiVersion(path);
      if (found != Penstock.PENSTOCK_ABI_VERSION()) {
        reasons.add(
            "%s (%s): expected ABI number %d, found %d: it is of another version of Penstock"
                .formatted(path, origin, Penstock.PENSTOCK_ABI_VERSION(), found));
        return false;
      }
      return load(path, reasons);
    } catch (IllegalArgumentException | UnsatisfiedLinkError e) {
      String problem = Files.exists(path) ? e.getMessage() : "no such file";
      reasons.add(path + " (" + origin + "): " + problem);
      return false;
    } catch (IllegalCallerException e) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          "native access is denied to Penstock: start java with"
              + " --enable-native-access=io.penstock (on the module path) or"
              + " --enable-native-access=ALL-UNNAMED (on the class path)",
          e);
    }
  }

  /**
   * A JVM loads a file for one class loader only. Another one, as of a second application in a
   * server, gets a copy of its own.
   */
  private static boolean load(Path path, List<String> reasons) {
    try {
      System.load(path.toString());
      return true;
    } catch (UnsatisfiedLinkError e) {
      if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
        throw e;
      }
    }
    try {
      Path directory = Files.createTempDirectory("penstock-");
      Path copy = directory.resolve(FILE_NAME);
      try {
        copy = Unpacker.ofFile(path).unpack(directory);
        System.load(copy.toString());
        return true;
      } finally {
        Files.deleteIfExists(copy);
        Files.delete(directory);
      }
    } catch (IOException | UnsatisfiedLinkError e) {
      reasons.add(
          path
              + ": another class loader of this JVM has loaded it, and a copy of it in"
              + " java.io.tmpdir cannot be loaded: "
              + (e instanceof IOException failure ? SystemReason.of(failure) : e.getMessage()));
      return false;
    }
  }

  /** Asks in a lookup of its own, which is closed again: System.load cannot be undone. */
  private static int abiVersion(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup symbols = SymbolLookup.libraryLookup(path, arena);
      var address =
          symbols
              .find("penstock_abi_version")
              .orElseThrow(() -> new IllegalArgumentException("not a Penstock library"));
      var handle =
          Linker.nativeLinker()
              .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT));
      return (int) handle.invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing checked", e);
    }
  }

  private static PenstockException failure(List<String> reasons) {
    return new PenstockException(
        ErrorKind.UNSUPPORTED,
        "expected the native library "
            + FILE_NAME
            + ", found none that can be loaded; tried:\n  "
            + String.join("\n  ", reasons)
            + "\nName one with -D"
            + LIBRARY_PROPERTY
            + "=PATH, or a directory where it can be unpacked and run from with -D"
            + CACHE_PROPERTY
            + "=DIR.");
  }
}

package io.penstock.internal.library;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.SystemReason;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/**
 * Finds a native library of ours and loads it. There are two: that of this module, and that of
 * images.
 *
 * <p>What it owns: the order of the places, and the reasons why each was passed over. The ABI
 * number is asked of a library before the bindings are let near it: a library of another version
 * would be called with the wrong arguments. It must not fall back from a library that the user
 * named.
 */
public final class LibrarySearch {
  /** System property with the directory in which the libraries of jars are unpacked. */
  public static final String CACHE_PROPERTY = "penstock.native.cache";

  private final String fileName;
  private final String property;
  private final String abiFunction;
  private final IntSupplier abiVersion;
  private final Class<?> owner;
  private final Consumer<String> loader;

  /**
   * For one library.
   *
   * @param name as the linker knows it, say "penstock" for libpenstock.so
   * @param property system property with the path of the library to use, and of no other
   * @param abiFunction its function that tells the ABI number
   * @param abiVersion the number that the bindings were made for; asked when the library is loaded,
   *     since the bindings themselves need native access
   * @param owner a class of the jar that the library travels in
   * @param loader calls {@link System#load} in a class beside the bindings, since the library
   *     belongs to the class loader of the caller
   */
  public LibrarySearch(
      String name,
      String property,
      String abiFunction,
      IntSupplier abiVersion,
      Class<?> owner,
      Consumer<String> loader) {
    this.fileName = System.mapLibraryName(name);
    this.property = Objects.requireNonNull(property, "property");
    this.abiFunction = Objects.requireNonNull(abiFunction, "abiFunction");
    this.abiVersion = Objects.requireNonNull(abiVersion, "abiVersion");
    this.owner = Objects.requireNonNull(owner, "owner");
    this.loader = Objects.requireNonNull(loader, "loader");
  }

  /**
   * The machine's name in the jar's resources.
   *
   * @return as "linux-x86_64"
   */
  public static String platform() {
    return LibraryPlatform.current();
  }

  /**
   * Whether the library is in the jar, for this machine.
   *
   * @return false if a build left it out, or was for other machines
   */
  public boolean isInJar() {
    return isInJar(platform());
  }

  private boolean isInJar(String platform) {
    return owner.getResource(resource(platform)) != null;
  }

  private String resource(String platform) {
    return "/META-INF/native/" + platform + "/" + fileName;
  }

  /**
   * Finds and loads it.
   *
   * @return the file it was loaded from
   * @throws PenstockException if no place has a library that can be loaded: one line that names all
   *     places, why each was passed over, and what to set
   */
  public Path load() {
    List<String> reasons = new ArrayList<>();
    String named = System.getProperty(property);
    if (named != null) {
      Path path = pathOrNull(named, "-D" + property, reasons);
      if (path != null && tryLoad(path, "-D" + property, reasons)) {
        return path;
      }
      throw failure(reasons, "name another one with -D" + property + "=PATH, or leave that out");
    }
    Optional<Path> found = tryLibraryPath(reasons);
    if (found.isPresent()) {
      return found.get();
    }
    if (!isInJar()) {
      reasons.add(
          "the jar has it for %s, and not for %s, which this is"
              .formatted(LibraryPlatform.inWords(this::isInJar), platform()));
      throw failure(reasons, "build it for this machine and name it with -D" + property + "=PATH");
    }
    return tryUnpacked(reasons)
        .orElseThrow(
            () ->
                failure(
                    reasons,
                    "name a directory where it can be unpacked and run from with -D"
                        + CACHE_PROPERTY
                        + "=DIR, or a library with -D"
                        + property
                        + "=PATH"));
  }

  private static Path pathOrNull(String name, String origin, List<String> reasons) {
    try {
      return Path.of(name).toAbsolutePath();
    } catch (InvalidPathException e) {
      reasons.add(name + " (" + origin + "): no path: " + e.getReason());
      return null;
    }
  }

  private Optional<Path> tryLibraryPath(List<String> reasons) {
    String origin = "java.library.path";
    for (String directory :
        System.getProperty(origin, "").split(Pattern.quote(File.pathSeparator), -1)) {
      Path path = pathOrNull(directory.isEmpty() ? "." : directory, origin, reasons);
      Path library = path == null ? null : path.resolve(fileName);
      if (library != null && Files.exists(library) && tryLoad(library, origin, reasons)) {
        return Optional.of(library);
      }
    }
    reasons.add(origin + ": none of its directories has a " + fileName + " that works");
    return Optional.empty();
  }

  private Optional<Path> tryUnpacked(List<String> reasons) {
    String resource = resource(platform());
    Unpacker unpacker;
    try {
      unpacker = Unpacker.of(owner, resource);
    } catch (IOException e) {
      reasons.add("resource " + resource + ": " + SystemReason.of(e));
      return Optional.empty();
    }
    Optional<Path> cache = Unpacker.cacheDirectory();
    if (cache.isEmpty()) {
      reasons.add("unpacking from the jar: this user has no home directory");
    } else {
      try {
        Path path = unpacker.unpack(cache.get());
        if (tryLoad(path, "unpacked from the jar", reasons)) {
          return Optional.of(path);
        }
      } catch (IOException e) {
        reasons.add("unpacking from the jar: " + cache.get() + ": " + SystemReason.of(e));
      }
    }
    return tryTemporary(unpacker, reasons);
  }

  /**
   * The home directory may be read-only or noexec. A loaded file may be deleted: its pages stay.
   */
  private Optional<Path> tryTemporary(Unpacker unpacker, List<String> reasons) {
    try {
      Path directory = Files.createTempDirectory("penstock-");
      Path path = unpacker.unpack(directory);
      try {
        return tryLoad(path, "unpacked to java.io.tmpdir", reasons)
            ? Optional.of(path)
            : Optional.empty();
      } finally {
        Files.delete(path);
        Files.delete(directory);
      }
    } catch (IOException e) {
      reasons.add("unpacking to java.io.tmpdir: " + SystemReason.of(e));
      return Optional.empty();
    }
  }

  private boolean tryLoad(Path path, String origin, List<String> reasons) {
    try {
      int expected = abiVersion.getAsInt();
      int found = abiVersionOf(path);
      if (found != expected) {
        reasons.add(
            "%s (%s): expected ABI number %d, found %d: it is of another version of Penstock"
                .formatted(path, origin, expected, found));
        return false;
      }
      return load(path, reasons);
    } catch (IllegalArgumentException | UnsatisfiedLinkError | UnsupportedOperationException e) {
      String problem = Files.exists(path) ? e.getMessage() : "no such file";
      reasons.add(path + " (" + origin + "): " + problem);
      return false;
    } catch (IllegalCallerException e) {
      throw denied(e);
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof IllegalCallerException) {
        throw denied(e);
      }
      throw e;
    }
  }

  private static PenstockException denied(Throwable cause) {
    return new PenstockException(
        ErrorKind.UNSUPPORTED,
        "native access is denied to Penstock: start java with"
            + " --enable-native-access=io.penstock (on the module path) or"
            + " --enable-native-access=ALL-UNNAMED (on the class path)",
        cause);
  }

  /**
   * A JVM loads a file for one class loader only. Another one, as of a second application in a
   * server, gets a copy of its own.
   */
  private boolean load(Path path, List<String> reasons) {
    try {
      loader.accept(path.toString());
      return true;
    } catch (UnsatisfiedLinkError e) {
      if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
        throw e;
      }
    }
    try {
      Path directory = Files.createTempDirectory("penstock-");
      Path copy = directory.resolve(fileName);
      try {
        copy = Unpacker.ofFile(path).unpack(directory);
        loader.accept(copy.toString());
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
  private int abiVersionOf(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup symbols = lookup(path, arena);
      var address =
          symbols
              .find(abiFunction)
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

  private SymbolLookup lookup(Path path, Arena arena) {
    try {
      return SymbolLookup.libraryLookup(path, arena);
    } catch (IllegalArgumentException e) {
      throw new UnsatisfiedLinkError(linkersReason(path, e));
    }
  }

  /** The lookup only says that it failed; System.load, which fails too, passes on why. */
  private String linkersReason(Path path, IllegalArgumentException failure) {
    try {
      loader.accept(path.toString());
      return failure.getMessage();
    } catch (UnsatisfiedLinkError e) {
      String reason = String.valueOf(e.getMessage()).replace(path + ": ", "");
      return reason.contains("failed to map segment")
          ? reason + " (is its file system mounted noexec?)"
          : reason;
    }
  }

  private PenstockException failure(List<String> reasons, String advice) {
    return new PenstockException(
        ErrorKind.UNSUPPORTED,
        "expected the native library "
            + fileName
            + ", found none that can be loaded: "
            + String.join("; ", reasons)
            + ": "
            + advice);
  }
}

package io.penstock.internal.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * What a native library is built for: system, processor and, on Linux, the C library.
 *
 * <p>What it owns: the names of the folders below {@code META-INF/native} in a jar, which
 * CMakeLists.txt gives them. A library for glibc cannot be loaded where the JVM itself runs on
 * musl, and both have the same {@code os.name} and {@code os.arch}.
 */
final class LibraryPlatform {
  /** What a full build makes: see native/platforms. */
  static final List<String> BUILT = List.of("linux-x86_64", "linux-aarch64", "linux-x86_64-musl");

  private LibraryPlatform() {}

  /** This machine's name, as "linux-x86_64". */
  static String current() {
    String os = System.getProperty("os.name", "");
    return name(os, System.getProperty("os.arch", ""), isLinux(os) && isMusl());
  }

  /** The name of a machine that Java describes so. */
  static String name(String os, String arch, boolean isMusl) {
    String system = os.toLowerCase(Locale.ROOT).replace(" ", "");
    if (system.startsWith("mac")) {
      system = "macos";
    } else if (system.startsWith("windows")) {
      system = "windows";
    }
    String processor =
        switch (arch.toLowerCase(Locale.ROOT)) {
          case "amd64" -> "x86_64";
          case "arm64" -> "aarch64";
          case String other -> other;
        };
    return system + "-" + processor + (isMusl ? "-musl" : "");
  }

  private static boolean isLinux(String os) {
    return os.toLowerCase(Locale.ROOT).startsWith("linux");
  }

  /** Asked of the process itself: the loader of musl may be installed beside glibc. */
  private static boolean isMusl() {
    try {
      // Names of mapped files may be bytes in any encoding.
      return isMusl(Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return false; // as most are
    }
  }

  /** Whether the mappings of a process, as Linux lists them, have the loader of musl. */
  static boolean isMusl(String maps) {
    return maps.lines().anyMatch(line -> line.matches(".*/(ld-musl-|libc\\.musl-)[^/]*"));
  }

  /**
   * Which platforms a jar has a library for, in words.
   *
   * @param isInJar whether it has one for a platform
   */
  static String inWords(Predicate<String> isInJar) {
    List<String> names = BUILT.stream().filter(isInJar).toList();
    return names.isEmpty() ? "no platform" : String.join(", ", names);
  }
}

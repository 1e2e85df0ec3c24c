package io.penstock.internal.library;

import io.penstock.internal.file.UserCache;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Puts a library that travels in the jar where the system's loader can map it.
 *
 * <p>The file's name holds the hash of its contents, so versions live side by side, and JVMs that
 * start together either find it whole or write their own copy and rename it over: a library that is
 * written in place kills those that have it mapped. It must not trust a file that it finds:
 * contents are compared with the hash each time.
 */
public final class Unpacker {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final byte[] contents;
  private final byte[] hash;
  private final String fileName;

  /** A library that lies in a file, to be copied. */
  public static Unpacker ofFile(Path library) throws IOException {
    return new Unpacker(library.getFileName().toString(), Files.readAllBytes(library));
  }

  private Unpacker(String fileName, byte[] contents) {
    this.fileName = fileName;
    this.contents = contents;
    this.hash = sha256(contents);
  }

  /** Reads the resource; null when there is none of this name. */
  public static Unpacker of(String resource) throws IOException {
    return of(Unpacker.class, resource);
  }

  /** Reads a resource of the jar that a class is in; null when there is none of this name. */
  public static Unpacker of(Class<?> owner, String resource) throws IOException {
    try (InputStream stream = owner.getResourceAsStream(resource)) {
      if (stream == null) {
        return null;
      }
      String fileName = resource.substring(resource.lastIndexOf('/') + 1);
      return new Unpacker(fileName, stream.readAllBytes());
    }
  }

  /**
   * Where unpacked libraries are kept from one run to the next; empty if there is no such place.
   */
  public static Optional<Path> cacheDirectory() {
    String named = System.getProperty(LibrarySearch.CACHE_PROPERTY);
    if (named != null) {
      return Optional.of(Path.of(named).toAbsolutePath());
    }
    return UserCache.directory();
  }

  /**
   * The library in a directory, which is made when missing. Safe against others doing the same at
   * the same time.
   */
  public Path unpack(Path directory) throws IOException {
    Files.createDirectories(directory, OWNER_ONLY);
    Path target = directory.resolve(targetName());
    if (!isWhole(target)) {
      write(directory, target);
    }
    return target;
  }

  /** The name of the unpacked file: that of the library with 16 digits of its hash. */
  public String targetName() {
    int dot = Math.max(0, fileName.lastIndexOf('.'));
    String digits = HexFormat.of().formatHex(hash, 0, 8);
    return fileName.substring(0, dot) + "-" + digits + fileName.substring(dot);
  }

  private boolean isWhole(Path target) throws IOException {
    try {
      return Files.size(target) == contents.length
          && Arrays.equals(hash, sha256(Files.readAllBytes(target)));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void write(Path directory, Path target) throws IOException {
    Path temporary = Files.createTempFile(directory, fileName, ".tmp", OWNER_ONLY);
    try {
      Uninterrupted.run(() -> write(temporary));
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void write(Path temporary) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            temporary, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(contents);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}

package io.penstock.internal.file;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Checks a path before it is read or written: it must be of the machine's own file system, and for
 * writing be a regular file or not exist yet.
 *
 * <p>The one place for these rules, for everything that is written. Links are followed, as by
 * {@code open}: the file that a link leads to is made or replaced, and the link stays. A device,
 * FIFO, socket or directory is never replaced by a file.
 */
public final class LocalFiles {
  /** The kernel's own limit. */
  private static final int MOST_LINKS = 40;

  // Of st_mode.
  private static final int KIND_MASK = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int FIFO = 0010000;
  private static final int SOCKET = 0140000;

  private LocalFiles() {}

  /**
   * Refuses paths of other file systems, such as those inside a zip: native code would open the
   * file of that name on the machine's own.
   *
   * @param path to be read or written
   * @return the same path
   * @throws IllegalArgumentException if it belongs to another file system, naming it
   */
  public static Path check(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new IllegalArgumentException(
          path
              + ": expected a file of the default file system, found one of '%s' (%s): copy it to a file on"
                  .formatted(path.getFileSystem().provider().getScheme(), path.toUri())
              + " disk first, with Files.copy");
    }
    return path;
  }

  /**
   * The place of a file that will be made or replaced.
   *
   * @param target as the user names it; links are followed, also where nothing is at their end
   * @return its place, in a directory without links; a regular file, or nothing yet
   * @throws PenstockException if something else is there, or links lead in a circle
   * @throws IOException if its directory is not there, or cannot be looked at
   */
  public static Path target(Path target) throws IOException {
    return target(target, "");
  }

  /**
   * The same with words before the reason.
   *
   * @param target as {@link #target(Path)}
   * @param what could not be done, as "the state cannot be saved: "
   * @return its place
   * @throws PenstockException as {@link #target(Path)}
   * @throws IOException as {@link #target(Path)}
   */
  public static Path target(Path target, String what) throws IOException {
    check(target);
    checkKind(target, target, what);
    Path real = followed(target, what);
    checkKind(target, real, what);
    return real;
  }

  /**
   * Where a name leads, whether or not something is there.
   *
   * @param target as the user names it
   * @return what is at the end of all links, in a directory without links
   * @throws PenstockException if links lead in a circle, or it is the root
   * @throws IOException if its directory is not there, or cannot be looked at
   */
  public static Path followed(Path target) throws IOException {
    return followed(target, "");
  }

  private static Path followed(Path target, String what) throws IOException {
    Path name = check(target).toAbsolutePath();
    for (int links = 0; links <= MOST_LINKS; links++) {
      if (name.getFileName() == null || name.getParent() == null) {
        throw directory(target, what);
      }
      Path path = directory(target, name.getParent()).resolve(name.getFileName());
      if (!Files.isSymbolicLink(path)) {
        return path;
      }
      name = path.resolveSibling(Files.readSymbolicLink(path));
    }
    throw PenstockException.about(
        ErrorKind.NO_ACCESS,
        target,
        what
            + "expected a name to write to, found a symbolic link that leads back to itself: delete"
            + " it, or give another name");
  }

  private static Path directory(Path target, Path parent) throws IOException {
    try {
      return parent.toRealPath();
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(target.toString()); // That is the name that the user knows.
    }
  }

  /**
   * Refuses to write to anything that is not a regular file.
   *
   * @param target as the user names it, for the message
   * @param path that is looked at, with links followed
   * @throws PenstockException naming what is there
   * @throws IOException if it cannot be looked at
   */
  public static void checkKind(Path target, Path path) throws IOException {
    checkKind(target, path, "");
  }

  private static void checkKind(Path target, Path path, String what) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      if (Files.isSymbolicLink(path)) {
        return; // In a circle, or through a directory that may not be looked into.
      }
      throw e;
    }
    if (found.isDirectory()) {
      throw directory(target, what);
    }
    if (!found.isRegularFile()) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          target,
          "%sexpected a regular file, or none yet, found %s, which is left as it is: give the name of"
                  .formatted(what, kind(path))
              + " a file");
    }
  }

  private static PenstockException directory(Path target, String what) {
    return PenstockException.about(
        ErrorKind.WRITE_FAILED,
        target,
        what + "expected the name of a file, found a directory: name a file in it");
  }

  /**
   * Describes something that is not a regular file.
   *
   * @param path of it, with links followed
   * @return as "a device"
   */
  public static String kind(Path path) {
    return switch (mode(path) & KIND_MASK) {
      case CHARACTER_DEVICE -> "a device";
      case BLOCK_DEVICE -> "a block device";
      case FIFO -> "a FIFO (named pipe)";
      case SOCKET -> "a socket";
      default -> "a device, FIFO or socket";
    };
  }

  /**
   * Whether something is a disk or a part of one, which has contents.
   *
   * @param path of it, with links followed
   */
  public static boolean isBlockDevice(Path path) {
    return (mode(path) & KIND_MASK) == BLOCK_DEVICE;
  }

  /** 0 if that is not known. */
  private static int mode(Path path) {
    try {
      return (int) Files.getAttribute(path, "unix:mode");
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return 0;
    }
  }

  /**
   * Whether something has this name, even a link that leads nowhere.
   *
   * @param path of it
   */
  public static boolean isTaken(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}

package io.penstock.write;

import io.penstock.PenstockException;
import io.penstock.internal.LocalFiles;
import io.penstock.internal.Notices;
import io.penstock.internal.SteadyChannel;
import io.penstock.internal.SystemReason;
import io.penstock.internal.ffi.FileSpace;
import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The files {@code .NAME.penstock-partial-XXXXXXXX} beside a target: tells those that a killed
 * process left from those that somebody is writing, and makes new ones.
 *
 * <p>What it owns: the claims of this process. A lock tells other processes that a file is being
 * written; within the process it does not, and closing any descriptor of the file gives it up. So a
 * path is claimed before the file is opened, until after it is closed, and nobody else opens it.
 *
 * <p>Where files cannot be locked, new ones are made all the same, and what others left is not
 * touched, as it may be in use.
 */
final class Leftovers {
  private static final String MARK = ".penstock-partial-";

  /** Paths that somebody in this process has open, or is about to. */
  private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

  /** Directories that a notice was given of, one each. */
  private static final Set<Path> WITHOUT_LOCKS = ConcurrentHashMap.newKeySet();

  static {
    // Where no more files can be opened, no class can be loaded any more to say so.
    WriteFailures.load();
  }

  private Leftovers() {}

  /** Whether a file that was left is what the caller would go on with. */
  interface Adoption {
    boolean accepts(SteadyChannel partial) throws IOException;
  }

  /**
   * A file on the disk, claimed and open.
   *
   * @param path of it
   * @param channel to it
   * @param lockProblem why it could not be locked; null if it is
   */
  record Claimed(Path path, SteadyChannel channel, String lockProblem) {
    /** Closes the file; it is anybody's then. */
    void release() throws IOException {
      try {
        channel.close();
      } finally {
        CLAIMED.remove(path);
      }
    }
  }

  /**
   * Deletes all that was left of this target but one that is adopted.
   *
   * @param target its real path
   * @param adoption tells which; null: none
   * @return the adopted one, or null
   */
  static Claimed adopt(Path target, Adoption adoption) throws IOException {
    Claimed adopted = null;
    try {
      for (Path path : list(target)) {
        Claimed leftover = claim(path);
        if (leftover == null) {
          continue;
        }
        if (leftover.lockProblem != null) {
          leftover.release(); // Somebody may be writing it.
        } else if (adopted == null && adoption != null && isWanted(leftover, target, adoption)) {
          adopted = leftover;
        } else {
          Files.deleteIfExists(path);
          leftover.release();
        }
      }
      return adopted;
    } catch (IOException | RuntimeException e) {
      if (adopted != null) {
        adopted.release();
      }
      throw e;
    }
  }

  /** A process killed between the two steps of a commit leaves the whole file's second name. */
  private static boolean isWanted(Claimed leftover, Path target, Adoption adoption)
      throws IOException {
    boolean isTarget = Files.exists(target) && Files.isSameFile(target, leftover.path);
    return !isTarget && adoption.accepts(leftover.channel);
  }

  private static List<Path> list(Path target) throws IOException {
    String prefix = "." + target.getFileName() + MARK;
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> directory =
        Files.newDirectoryStream(
            target.getParent(), path -> path.getFileName().toString().startsWith(prefix))) {
      for (Path path : directory) {
        if (Files.isRegularFile(path) && Files.isWritable(path)) {
          found.add(path);
        }
      }
    }
    return found;
  }

  /**
   * Makes a file under a name that nobody has.
   *
   * @param target as the user names it, for messages
   * @param real its real path
   * @param reserveBytes how long it is going to be; 0 if that is not known
   * @throws PenstockException if there is no room for it
   */
  static Claimed fresh(Path target, Path real, long reserveBytes) throws IOException {
    while (true) {
      String mark = "%08x".formatted(ThreadLocalRandom.current().nextInt());
      Path path = real.resolveSibling("." + real.getFileName() + MARK + mark);
      if (!CLAIMED.add(path)) {
        continue;
      }
      Claimed made = null;
      try {
        made = make(target, path, reserveBytes);
      } catch (FileAlreadyExistsException e) {
        continue;
      } finally {
        if (made == null) {
          CLAIMED.remove(path);
        }
      }
      if (made != null) {
        tellOfLocks(made);
        return made;
      }
    }
  }

  /**
   * Null if another process took it for one that was left, before it was locked, and deleted it.
   */
  private static Claimed make(Path target, Path path, long reserveBytes) throws IOException {
    Files.createFile(path);
    try {
      // Before it is locked: this opens and closes the file.
      String status = reserveBytes == 0 ? null : FileSpace.reserve(path, reserveBytes).orElse(null);
      if (status != null) {
        throw WriteFailures.full(target, reserveBytes, status);
      }
      return open(path);
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /** Once for each directory. */
  static void tellOfLocks(Claimed made) {
    Path directory = made.path.getParent();
    if (made.lockProblem != null && WITHOUT_LOCKS.add(directory)) {
      Notices.warn(
          ("%s: files here cannot be locked (%s): going on without; what a killed run leaves here"
                  + " (.NAME%s*) is not deleted by the next one, nor resumed: delete it yourself")
              .formatted(directory, made.lockProblem, MARK));
    }
  }

  /**
   * Claims a file that is there, or an empty one that is made.
   *
   * @param path its real path
   * @return the file; null if somebody has it
   */
  static Claimed claimOrMake(Path path) throws IOException {
    if (!LocalFiles.isTaken(path)) {
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException e) {
        return claim(path); // Somebody else was faster, and has perhaps gone again.
      }
    }
    return claim(path);
  }

  /** Null if somebody has it, or it has gone. */
  private static Claimed claim(Path path) throws IOException {
    if (!CLAIMED.add(path)) {
      return null;
    }
    Claimed opened = null;
    try {
      opened = open(path);
      return opened;
    } finally {
      if (opened == null) {
        CLAIMED.remove(path);
      }
    }
  }

  /** Of a path that is claimed; null if another process has it, or it has gone. */
  private static Claimed open(Path path) throws IOException {
    SteadyChannel channel;
    try {
      channel = SteadyChannel.forWriting(path);
    } catch (NoSuchFileException e) {
      return null;
    }
    Claimed opened = null;
    try {
      opened = lock(path, channel);
      return opened;
    } finally {
      if (opened == null) {
        channel.close();
      }
    }
  }

  private static Claimed lock(Path path, SteadyChannel channel) {
    String problem = null;
    try {
      if (channel.tryLock() == null) {
        return null;
      }
    } catch (OverlappingFileLockException e) {
      return null; // Penstock is in this process twice, by two class loaders.
    } catch (IOException e) {
      // No locks on this file system (ENOLCK, ENOSYS): the JDK has the text only, in any language.
      problem = SystemReason.of(e);
    }
    return Files.exists(path) ? new Claimed(path, channel, problem) : null;
  }
}

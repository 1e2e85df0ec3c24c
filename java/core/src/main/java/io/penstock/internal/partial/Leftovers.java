package io.penstock.internal.partial;

import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.file.Directories;
import io.penstock.internal.file.FileLocks;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.report.Notices;
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
 * process left behind from those that are being written, and makes new ones.
 *
 * <p>What it owns: the claims of this process. A lock tells other processes that a file is being
 * written, but not other threads of this one, and closing any descriptor of the file releases it.
 * So a path is claimed before the file is opened and until after it is closed, and no other thread
 * opens it.
 *
 * <p>If files cannot be locked, new ones are made all the same, and leftover files are not touched,
 * because they may be in use.
 */
public final class Leftovers {
  private static final String MARK = ".penstock-partial-";

  /** Paths that this process has open, or is about to open. */
  private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

  /** Directories for which a notice was given, one each. */
  private static final Set<Path> WITHOUT_LOCKS = ConcurrentHashMap.newKeySet();

  static {
    // Loads the class now: once no more files can be opened, it could not be loaded to report that.
    WriteFailures.load();
  }

  private Leftovers() {}

  /** Whether a leftover file is one that the caller wants to continue. */
  public interface Adoption {
    boolean accepts(SteadyChannel partial) throws IOException;
  }

  /**
   * A file on the disk, claimed and open.
   *
   * @param path of it
   * @param channel to it
   * @param lockProblem why it could not be locked; null if it is
   */
  public record Claimed(Path path, SteadyChannel channel, String lockProblem) {
    /**
     * Deletes the file, closes it and gives up the claim, in this sequence, so that nobody takes it
     * for a leftover meanwhile. On Windows it is closed first: what is open cannot be deleted.
     */
    public void delete() throws IOException {
      try {
        closeToChange();
        Files.deleteIfExists(path);
      } finally {
        release();
      }
    }

    /** Closes the file where one that is open can be neither renamed nor deleted. */
    public void closeToChange() throws IOException {
      if (!Directories.isPosix(path)) {
        channel.close(); // Its lock is lost before.
      }
    }

    /** Closes the file and gives up the claim. */
    public void release() throws IOException {
      try {
        channel.close();
      } finally {
        CLAIMED.remove(path);
      }
    }
  }

  /**
   * Deletes all leftover files of this target, except one that is adopted.
   *
   * @param target its real path
   * @param adoption decides which one; null to adopt none
   * @return the adopted one, or null
   */
  public static Claimed adopt(Path target, Adoption adoption) throws IOException {
    Claimed adopted = null;
    try {
      for (Path path : list(target)) {
        Claimed leftover = claim(path);
        if (leftover == null) {
          continue;
        }
        if (leftover.lockProblem != null) {
          leftover.release(); // Another process may be writing it.
        } else if (adopted == null && adoption != null && isWanted(leftover, target, adoption)) {
          adopted = leftover;
        } else {
          leftover.delete();
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

  /**
   * A process killed between the two steps of a commit leaves the complete file under a second
   * name.
   */
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
   * Makes a file under an unused name.
   *
   * @param target as the user names it, for messages
   * @param real its real path
   * @param reserveBytes its final size; 0 if that is not known
   * @throws PenstockException if there is no room for it
   */
  public static Claimed fresh(Path target, Path real, long reserveBytes) throws IOException {
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

  /** Null if another process took it for a leftover before it was locked, and deleted it. */
  private static Claimed make(Path target, Path path, long reserveBytes) throws IOException {
    Files.createFile(path);
    try {
      // Before it is locked: this opens and closes the file.
      String status =
          reserveBytes == 0 ? null : Platforms.current().reserve(path, reserveBytes).orElse(null);
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
  public static void tellOfLocks(Claimed made) {
    Path directory = made.path.getParent();
    if (made.lockProblem != null && WITHOUT_LOCKS.add(directory)) {
      Notices.warn(
          ("%s: files here cannot be locked (%s): going on without; what a killed run leaves here"
                  + " (.NAME%s*) is not deleted by the next one, nor resumed: delete it yourself")
              .formatted(directory, made.lockProblem, MARK));
    }
  }

  /**
   * Claims an existing file, or a new empty one.
   *
   * @param path its real path
   * @return the file; null if it is in use
   */
  public static Claimed claimOrMake(Path path) throws IOException {
    if (!LocalFiles.isTaken(path)) {
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException e) {
        return claim(path); // Another one was faster, and may be gone again.
      }
    }
    return claim(path);
  }

  /** Null if it is in use, or gone. */
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

  /** For a claimed path; null if another process uses the file, or it is gone. */
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
      if (FileLocks.tryLock(channel, path) == null) {
        return null;
      }
    } catch (OverlappingFileLockException e) {
      return null; // Penstock is in this process twice, by two class loaders.
    } catch (IOException e) {
      // No locks on this file system (ENOLCK, ENOSYS): the JDK gives only the text, in any
      // language.
      problem = SystemReason.of(e);
    }
    return Files.exists(path) ? new Claimed(path, channel, problem) : null;
  }
}

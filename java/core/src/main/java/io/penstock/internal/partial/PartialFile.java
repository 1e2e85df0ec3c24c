package io.penstock.internal.partial;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.Directories;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that appears only when it is complete: it is written under another name beside the target,
 * and {@link #commit} gives it its own name in one step. Whatever happens, the target is as it was
 * before, or the complete new file.
 *
 * <p>The other name is {@code .NAME.penstock-partial-XXXXXXXX}. A process locks the file while it
 * has it open; so the next {@link #create} for the same target recognises files of killed
 * processes, and deletes them. {@link #close} without a commit deletes the file, and so does a
 * signal that shuts the JVM down in an orderly way.
 *
 * {@snippet lang="java" :
 * try (PartialFile file = PartialFile.create(Path.of("x.json"), false)) {
 *   file.channel().write(bytes);
 *   file.commit();
 * }
 * }
 *
 * <p>Several threads may make the same target, each with a file of its own: the first to commit
 * makes it, and the others replace it or are refused. One thread at a time may use an object;
 * {@link #channel} is thread-safe as channels are. Other code of the same process must not open and
 * close {@link #path()} meanwhile: that releases the lock.
 */
public final class PartialFile implements AutoCloseable {
  /** The files that are deleted when the JVM shuts down. */
  private static final Set<PartialFile> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(PartialFile::deleteAll, "penstock-partial"));
  }

  private final Path target;
  private final Path real;
  private final Leftovers.Claimed claimed;
  private final boolean mayReplace;
  private final boolean isKeptOnSignal;
  private final boolean isAdopted;
  private final List<FileChannel> others = new ArrayList<>();
  private boolean isOpen = true;

  private PartialFile(
      Path target,
      Path real,
      Leftovers.Claimed claimed,
      boolean mayReplace,
      boolean isKeptOnSignal,
      boolean isAdopted) {
    this.target = target;
    this.real = real;
    this.claimed = claimed;
    this.mayReplace = mayReplace;
    this.isKeptOnSignal = isKeptOnSignal;
    this.isAdopted = isAdopted;
  }

  /**
   * Starts a file; deletes what killed processes left behind for the same target.
   *
   * @param target name of the final file; its directory must exist. A symbolic link is followed:
   *     the file at its end is made or replaced, and the link stays
   * @param mayReplace whether an existing file of this name is replaced by the commit; a device,
   *     FIFO, socket or directory never is
   * @return the file, empty, to be closed by the caller
   * @throws PenstockException if there is a file that must not be replaced, or something that is
   *     not a regular file, or the directory cannot be written to
   */
  public static PartialFile create(Path target, boolean mayReplace) {
    return create(target, mayReplace, 0, null);
  }

  /**
   * The same with room reserved, or continuing a leftover file.
   *
   * @param reserveBytes its final size; 0 if that is not known
   * @param adoption which leftover file to continue; null for none, and then a signal deletes the
   *     file
   */
  public static PartialFile create(
      Path target, boolean mayReplace, long reserveBytes, Leftovers.Adoption adoption) {
    try {
      // Without links in it, so that a file has one path in this process.
      Path real = LocalFiles.target(target);
      if (!mayReplace && LocalFiles.isTaken(real)) {
        throw WriteFailures.exists(target, null);
      }
      Leftovers.Claimed adopted = Leftovers.adopt(real, adoption);
      Leftovers.Claimed claimed =
          adopted != null ? adopted : Leftovers.fresh(target, real, reserveBytes);
      PartialFile file =
          new PartialFile(target, real, claimed, mayReplace, adoption != null, adopted != null);
      OPEN.add(file);
      return file;
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /**
   * The file as it is being written.
   *
   * @return its path, which changes with {@link #commit}
   */
  public Path path() {
    return claimed.path();
  }

  /**
   * The final file.
   *
   * @return the path that it was created with
   */
  public Path target() {
    return target;
  }

  /**
   * The channel for writing and reading the file. Interrupts neither close it nor end its calls; it
   * cannot be mapped, nor copied to or from another channel.
   *
   * @return the channel, at position 0 in the beginning; closed with this
   */
  public FileChannel channel() {
    return claimed.channel();
  }

  /**
   * The same for threads that are never interrupted: it serves several at once, and makes no
   * copies.
   */
  public FileChannel channelOfOwnThreads() {
    return claimed.channel().interruptible();
  }

  /** Whether it continues a file that a killed process left. */
  public boolean isAdopted() {
    return isAdopted;
  }

  /**
   * Registers another channel to be closed together with the first, as it must not be closed
   * earlier.
   */
  public void own(FileChannel channel) {
    others.add(channel);
  }

  /**
   * Forces the file to the disk and gives it its name, in one step and durably. An interrupt makes
   * no difference.
   *
   * @throws PenstockException if that fails, or a file of that name has appeared meanwhile and must
   *     not be replaced; then the target is as it was, and the file must still be closed
   */
  public void commit() {
    commit(target, mayReplace);
  }

  /**
   * The same under another name, one that follows from what was written. A file of that name is
   * replaced.
   *
   * @param name in the directory of the target
   * @throws PenstockException as {@link #commit}
   */
  public void commitAs(Path name) {
    commit(name, true);
  }

  private void commit(Path name, boolean mayReplace) {
    if (!isOpen) {
      throw new IllegalStateException("the file is closed: " + target);
    }
    try {
      Path real = name.equals(target) ? this.real : LocalFiles.target(name);
      channel().force(true);
      closeToChange();
      if (mayReplace) {
        LocalFiles.checkKind(name, real);
        Files.move(path(), real, StandardCopyOption.ATOMIC_MOVE);
      } else {
        name();
      }
      isOpen = false;
      OPEN.remove(this);
      try {
        Directories.force(real.getParent());
      } finally {
        closeChannels();
      }
    } catch (IOException e) {
      throw WriteFailures.about(name, e);
    }
  }

  /** Making a link fails if the file exists; a rename would replace it. */
  private void name() throws IOException {
    try {
      Files.createLink(real, path());
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // No links on this file system (FAT): a file that appears at this very moment is replaced.
      if (LocalFiles.isTaken(real)) {
        throw new FileAlreadyExistsException(real.toString());
      }
      Files.move(path(), real, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Files.deleteIfExists(path());
  }

  /**
   * Deletes the file unless it was committed. Idempotent.
   *
   * @throws PenstockException if it cannot be deleted
   */
  @Override
  public void close() {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    try {
      try {
        closeToChange();
        Files.deleteIfExists(path());
      } finally {
        closeChannels();
      }
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED, path(), "expected to delete it, found: " + SystemReason.of(e), e);
    } finally {
      OPEN.remove(this);
    }
  }

  /** On Windows, what is open can be neither renamed nor deleted. The claim is kept. */
  private void closeToChange() throws IOException {
    if (!Directories.isPosix(real)) {
      closeOthers();
      claimed.closeToChange();
    }
  }

  private void closeOthers() throws IOException {
    for (FileChannel channel : others) {
      channel.close();
    }
  }

  private void closeChannels() throws IOException {
    try {
      closeOthers();
    } finally {
      claimed.release();
    }
  }

  /** During shutdown, a failure cannot be reported: then the next process deletes the file. */
  private static void deleteAll() {
    for (PartialFile file : OPEN) {
      if (!file.isKeptOnSignal) {
        file.deleteQuietly();
      }
    }
  }

  private void deleteQuietly() {
    try {
      closeToChange();
      Files.deleteIfExists(path());
    } catch (IOException e) {
      return;
    }
  }
}

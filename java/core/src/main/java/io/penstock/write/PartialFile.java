package io.penstock.write;

import io.penstock.PenstockException;
import io.penstock.internal.ffi.FileSpace;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that is not there until it is whole: written under another name beside its own, and given
 * its own in one step by {@link #commit}. Whatever happens meanwhile, the target is as it was
 * before, or the whole new file.
 *
 * <p>The other name is {@code .NAME.penstock-partial-XXXXXXXX}. The file is locked while a process
 * has it open, so that those which were left by a process that was killed are told from others; the
 * next {@link #create} for the same target deletes them. {@link #close} without a commit deletes
 * the file, and so does the end of the JVM on a signal that lets it end in order.
 *
 * {@snippet lang="java" :
 * try (PartialFile file = PartialFile.create(Path.of("x.json"), false)) {
 *   file.channel().write(bytes);
 *   file.commit();
 * }
 * }
 *
 * <p>One thread at a time, but {@link #channel} may be used as channels may. Other code of the same
 * process must not open and close {@link #path()} meanwhile: that gives up the lock.
 */
public final class PartialFile implements AutoCloseable {
  private static final String MARK = ".penstock-partial-";

  /** Of this process: by their paths, so that they are not taken for left ones and opened. */
  private static final Map<Path, PartialFile> OPEN = new ConcurrentHashMap<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(PartialFile::deleteAll, "penstock-partial"));
  }

  /** Whether a file that was left by a killed process is what the caller would go on with. */
  interface Adoption {
    boolean accepts(FileChannel partial) throws IOException;
  }

  private final Path target;
  private final Path path;
  private final boolean mayReplace;
  private final boolean isKeptOnSignal;
  private final boolean isAdopted;
  private final List<FileChannel> channels = new ArrayList<>();
  private boolean isOpen = true;

  private PartialFile(
      Path target,
      Path path,
      boolean mayReplace,
      boolean isKeptOnSignal,
      boolean isAdopted,
      FileChannel channel) {
    this.target = target;
    this.path = path;
    this.mayReplace = mayReplace;
    this.isKeptOnSignal = isKeptOnSignal;
    this.isAdopted = isAdopted;
    this.channels.add(channel);
  }

  /**
   * Starts a file; deletes what killed processes left of the same target.
   *
   * @param target name of the file that is going to be; its directory must be there
   * @param mayReplace whether a file that has this name already is replaced in the end
   * @return the file, empty, to be closed by the caller
   * @throws PenstockException if there is a file and it must not be replaced, or the directory
   *     cannot be written to
   */
  public static PartialFile create(Path target, boolean mayReplace) {
    return create(target, mayReplace, 0, null);
  }

  /**
   * With room for it, and perhaps not from the beginning.
   *
   * @param reserveBytes how long it is going to be; 0 if that is not known
   * @param adoption which of the files that were left to go on with; null: none, and a signal
   *     deletes the file
   */
  static PartialFile create(Path target, boolean mayReplace, long reserveBytes, Adoption adoption) {
    if (target.getFileName() == null || Files.isDirectory(target)) {
      throw PenstockException.about(target, "expected the name of a file, found a directory");
    }
    if (!mayReplace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw WriteFailures.exists(target, null);
    }
    try {
      // Without links in it, so that a file has one path in this process.
      Path directory = target.toAbsolutePath().getParent().toRealPath();
      Path absolute = directory.resolve(target.getFileName());
      Leftover leftover = adopt(absolute, adoption);
      boolean isAdopted = leftover != null;
      Leftover found = isAdopted ? leftover : fresh(target, absolute, reserveBytes);
      PartialFile file =
          new PartialFile(
              target, found.path, mayReplace, adoption != null, isAdopted, found.channel);
      OPEN.put(found.path, file);
      return file;
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /** A file on the disk, open and locked. */
  private record Leftover(Path path, FileChannel channel) {}

  /** Deletes all that was left of this target but one that is adopted; null if none is. */
  private static Leftover adopt(Path target, Adoption adoption) throws IOException {
    Leftover adopted = null;
    try {
      for (Path path : leftovers(target)) {
        FileChannel channel = openLocked(path);
        if (channel == null) {
          continue;
        }
        Leftover leftover = new Leftover(path, channel);
        if (adopted == null && adoption != null && isWanted(leftover, target, adoption)) {
          adopted = leftover;
        } else {
          Files.deleteIfExists(path);
          channel.close();
        }
      }
      return adopted;
    } catch (IOException e) {
      if (adopted != null) {
        adopted.channel.close();
      }
      throw e;
    }
  }

  /** A process killed between the two steps of a commit leaves the whole file's second name. */
  private static boolean isWanted(Leftover leftover, Path target, Adoption adoption)
      throws IOException {
    boolean isTarget = Files.exists(target) && Files.isSameFile(target, leftover.path);
    return !isTarget && adoption.accepts(leftover.channel);
  }

  private static List<Path> leftovers(Path target) throws IOException {
    String prefix = "." + target.getFileName() + MARK;
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> directory =
        Files.newDirectoryStream(
            target.getParent(), path -> path.getFileName().toString().startsWith(prefix))) {
      for (Path path : directory) {
        if (!OPEN.containsKey(path) && Files.isWritable(path)) {
          found.add(path);
        }
      }
    }
    return found;
  }

  /** A name that nobody has, with room, and locked. */
  private static Leftover fresh(Path target, Path absolute, long reserveBytes) throws IOException {
    while (true) {
      String mark = "%08x".formatted(ThreadLocalRandom.current().nextInt());
      Path path = absolute.resolveSibling("." + absolute.getFileName() + MARK + mark);
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      if (reserveBytes > 0) {
        String status = FileSpace.reserve(path, reserveBytes).orElse(null);
        if (status != null) {
          Files.deleteIfExists(path);
          throw WriteFailures.full(target, reserveBytes, status);
        }
      }
      FileChannel channel = openLocked(path);
      if (channel != null) {
        return new Leftover(path, channel);
      }
      // Another process took it for one that was left, before it was locked, and deleted it.
    }
  }

  /** Null if another process has it, or it has gone. */
  private static FileChannel openLocked(Path path) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      FileLock lock = channel.tryLock();
      if (lock != null && Files.exists(path)) {
        return channel;
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  /**
   * The file as it is being written.
   *
   * @return its path, which changes with {@link #commit}
   */
  public Path path() {
    return path;
  }

  /**
   * The file as it is going to be.
   *
   * @return the path that it was created with
   */
  public Path target() {
    return target;
  }

  /**
   * To write to it, and read from it.
   *
   * @return the channel, at position 0 in the beginning; closed with this
   */
  public FileChannel channel() {
    return channels.getFirst();
  }

  /** Whether it goes on with what a killed process left. */
  boolean isAdopted() {
    return isAdopted;
  }

  /** Has another channel closed together with the first, as no earlier close may be. */
  void own(FileChannel channel) {
    channels.add(channel);
  }

  /**
   * Forces the file to the disk and gives it its name, in one step and for good.
   *
   * @throws PenstockException if that fails, or a file of that name has come into being meanwhile
   *     and must not be replaced; then the target is as it was, and the file still to be closed
   */
  public void commit() {
    if (!isOpen) {
      throw new IllegalStateException("the file is closed: " + target);
    }
    try {
      channel().force(true);
      if (mayReplace) {
        Files.move(path, absolute(), StandardCopyOption.ATOMIC_MOVE);
      } else {
        name(absolute());
      }
      isOpen = false;
      OPEN.remove(path);
      try (FileChannel directory = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
        directory.force(true);
      } finally {
        closeChannels();
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  private Path absolute() {
    return path.resolveSibling(target.getFileName());
  }

  /** A link is refused where there is a file; a rename would replace it. */
  private void name(Path absolute) throws IOException {
    try {
      Files.createLink(absolute, path);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // No links on this file system (FAT): a file that is made in this moment is replaced.
      if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(absolute.toString());
      }
      Files.move(path, absolute, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Files.deleteIfExists(path);
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
      Files.deleteIfExists(path);
      closeChannels();
    } catch (IOException e) {
      throw PenstockException.about(path, "expected to delete it, found: " + e.getMessage(), e);
    } finally {
      OPEN.remove(path);
    }
  }

  private void closeChannels() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }

  /** While the JVM ends there is nobody to tell. */
  private static void deleteAll() {
    for (PartialFile file : OPEN.values()) {
      if (!file.isKeptOnSignal) {
        file.path.toFile().delete();
      }
    }
  }
}

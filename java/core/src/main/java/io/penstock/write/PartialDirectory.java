package io.penstock.write;

import io.penstock.PenstockException;
import io.penstock.internal.ffi.DirectoryExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A directory that is not there until all of its files are: made under another name beside its own,
 * {@code .NAME.penstock-partial}, and given its own in one step by {@link #commit}.
 *
 * <p>A note in it says what was made here, and is locked while a process works on it: so what a
 * killed process left is told from the work of one that lives, and is deleted by the next one that
 * makes the same directory. A directory is replaced only if it has such a note, and holds nothing
 * but what is made here: never one with anybody's other files. What it must not do is to look into
 * directories below: it makes none.
 */
final class PartialDirectory implements AutoCloseable {
  static final String NOTE = "penstock-shuffle.txt";
  private static final String MARK = ".penstock-partial";

  private final Path target;
  private final Path path;
  private final boolean mayReplace;
  private final FileChannel note;
  private final Thread hook;
  private boolean isOpen = true;

  private PartialDirectory(Path target, Path path, boolean mayReplace, FileChannel note) {
    this.target = target;
    this.path = path;
    this.mayReplace = mayReplace;
    this.note = note;
    this.hook = new Thread(this::deleteQuietly, "penstock-partial-directory");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a directory; deletes what a killed process left of the same target.
   *
   * @param target name of the directory that is going to be; the one above must be there
   * @param mayReplace whether one that was made like this is replaced
   * @param text of the note
   * @throws PenstockException if there is something that must not be replaced, another process
   *     makes the same directory, or it cannot be made
   */
  static PartialDirectory create(Path target, boolean mayReplace, String text) {
    try {
      Path absolute = target.toAbsolutePath().normalize();
      if (absolute.getFileName() == null) {
        throw PenstockException.about(target, "expected the name of a new directory");
      }
      checkTarget(target, mayReplace);
      Path above = absolute.getParent().toRealPath();
      Path path = above.resolve("." + absolute.getFileName() + MARK);
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(path);
      }
      FileChannel note = lock(target, path);
      try {
        deleteFiles(path, true);
        write(note, text);
        return new PartialDirectory(target, path, mayReplace, note);
      } catch (IOException | RuntimeException | Error e) {
        note.close();
        throw e;
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  private static FileChannel lock(Path target, Path path) throws IOException {
    FileChannel note =
        FileChannel.open(path.resolve(NOTE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = note.tryLock();
      if (lock != null && Files.exists(path.resolve(NOTE))) {
        return note;
      }
    } catch (OverlappingFileLockException e) {
      note.close();
      throw busy(target, e);
    }
    note.close();
    throw busy(target, null);
  }

  private static PenstockException busy(Path target, Exception cause) {
    return PenstockException.about(
        target, "is being made by another process: wait for it, or give another name", cause);
  }

  private static void write(FileChannel note, String text) throws IOException {
    note.truncate(0);
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      note.write(bytes);
    }
    note.force(true);
  }

  private static void checkTarget(Path target, boolean mayReplace) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS) || isEmptyDirectory(target)) {
      return;
    }
    if (!mayReplace) {
      throw WriteFailures.exists(target, null);
    }
    if (!isMadeHere(target)) {
      throw PenstockException.about(
          target,
          "expected a directory that a shuffle has made, with nothing else in it, found another: it"
              + " is not replaced: give another name, or delete it yourself");
    }
  }

  private static boolean isEmptyDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      return !files.iterator().hasNext();
    }
  }

  private static boolean isMadeHere(Path directory) throws IOException {
    if (!Files.isRegularFile(directory.resolve(NOTE), LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    ShuffleNote note = ShuffleNote.read(directory.resolve(NOTE));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!isOurs(file, note)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isOurs(Path file, ShuffleNote note) {
    String name = file.getFileName().toString();
    boolean isNamedSo =
        name.equals(NOTE)
            || note.hasShard(name)
            || name.matches("\\.bucket-[0-9-]+")
            || name.matches("\\..*\\.npy\\.penstock-partial-[0-9a-f]{8}");
    return isNamedSo && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Deletes what is made here; anything else stays, and so does the directory then. */
  private static void deleteFiles(Path directory, boolean isNoteKept) throws IOException {
    ShuffleNote note = ShuffleNote.read(directory.resolve(NOTE));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        boolean isNote = file.getFileName().toString().equals(NOTE);
        if (isOurs(file, note) && !(isNote && isNoteKept)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /**
   * Where the files are made.
   *
   * @return the directory as it is now
   */
  Path path() {
    return path;
  }

  /**
   * Forces the directory to the disk and gives it its name, in one step.
   *
   * @throws PenstockException if that fails; then the target is as it was
   */
  void commit() {
    try {
      force(path);
      boolean isReplacing = Files.exists(target) && !isEmptyDirectory(target);
      if (isReplacing) {
        checkTarget(target, mayReplace);
        DirectoryExchange.exchange(path, target);
      } else {
        Files.move(path, target.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
      }
      isOpen = false;
      force(path.getParent());
      note.close();
      removeHook();
      if (isReplacing) {
        delete();
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void delete() throws IOException {
    deleteFiles(path, false);
    Files.deleteIfExists(path);
  }

  /** While the JVM ends there is nobody to tell; the next process deletes what is left. */
  private void deleteQuietly() {
    try {
      delete();
    } catch (IOException e) {
      return;
    }
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook has run or runs.
      return;
    }
  }

  /**
   * Deletes the directory unless it was committed. Idempotent.
   *
   * @throws PenstockException if it cannot be deleted
   */
  @Override
  public void close() {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    removeHook();
    try {
      delete();
      note.close();
    } catch (NoSuchFileException e) {
      return; // A signal has ended the process, and the hook was first.
    } catch (IOException e) {
      throw PenstockException.about(path, "expected to delete it, found: " + e.getMessage(), e);
    }
  }
}

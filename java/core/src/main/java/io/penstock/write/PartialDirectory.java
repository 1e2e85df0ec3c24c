package io.penstock.write;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.file.Directories;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.partial.Leftovers;
import io.penstock.internal.partial.WriteFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/**
 * A directory that appears only when all of its files are complete: it is made under another name,
 * {@code .NAME.penstock-partial}, and {@link #commit} gives it its own in one step.
 *
 * <p>A note in it says what was made, and is locked while a process works on it. So the next
 * process that makes the same directory can tell what a killed process left, and deletes it. If
 * files cannot be locked, an existing directory may be in use, and is refused. A directory is
 * replaced only if it has such a note and holds nothing else: never one with other files. It must
 * not look into directories below; it makes none.
 */
final class PartialDirectory implements AutoCloseable {
  static final String NOTE = "penstock-shuffle.txt";
  private static final String MARK = ".penstock-partial";
  private static final int MOST_NOTE_BYTES = 16 << 20;

  private final Path target;
  private final Path real;
  private final boolean mayReplace;
  private final Leftovers.Claimed note;

  /** What the note says. */
  private final ShuffleNote known;

  private final Thread hook;
  private boolean isOpen = true;

  private PartialDirectory(
      Path target, Path real, boolean mayReplace, Leftovers.Claimed note, ShuffleNote known) {
    this.target = target;
    this.real = real;
    this.mayReplace = mayReplace;
    this.note = note;
    this.known = known;
    this.hook = new Thread(this::deleteQuietly, "penstock-partial-directory");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a directory; deletes what a killed process left of the same target.
   *
   * @param target name of the final directory; its parent must exist. A link is followed
   * @param mayReplace whether a directory that was made like this is replaced
   * @param text of the note
   * @throws PenstockException if there is something that must not be replaced, another process
   *     makes the same directory, or it cannot be made
   */
  static PartialDirectory create(Path target, boolean mayReplace, String text) {
    try {
      Path real = LocalFiles.followed(target);
      checkTarget(target, real, mayReplace);
      Path path = real.resolveSibling("." + real.getFileName() + MARK);
      Leftovers.Claimed note = claim(target, path, make(path));
      try {
        deleteFiles(path, ShuffleNote.of(lines(note.channel())), true);
        write(note.channel(), text);
        ShuffleNote known = ShuffleNote.of(text.lines().toList());
        return new PartialDirectory(target, real, mayReplace, note, known);
      } catch (IOException | RuntimeException | Error e) {
        note.release();
        throw e;
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /** Whether the target did not exist before. */
  private static boolean make(Path path) throws IOException {
    try {
      Files.createDirectory(path);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static Leftovers.Claimed claim(Path target, Path path, boolean isNew) throws IOException {
    Leftovers.Claimed note;
    try {
      note = Leftovers.claimOrMake(path.resolve(NOTE));
    } catch (IOException | RuntimeException | Error e) {
      if (isNew) {
        Files.deleteIfExists(path.resolve(NOTE));
        Files.deleteIfExists(path);
      }
      throw e;
    }
    if (note == null) {
      throw busy(target);
    }
    if (note.lockProblem() != null && !isNew) {
      note.release();
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          target,
          ("expected no directory %s, found one: it is another process's, or was left by one that"
                  + " was killed, which cannot be told where files cannot be locked (%s): delete it"
                  + " if no shuffle is running")
              .formatted(path, note.lockProblem()));
    }
    Leftovers.tellOfLocks(note);
    return note;
  }

  /** For our own note: opening and closing it would release its lock. */
  private static List<String> lines(FileChannel note) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(note.size(), MOST_NOTE_BYTES));
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = note.read(bytes, bytes.position());
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString().lines().toList();
  }

  private static PenstockException busy(Path target) {
    return PenstockException.about(
        ErrorKind.WRITE_FAILED,
        target,
        "is being made by another process or thread: wait for it, or give another name");
  }

  private static void write(FileChannel note, String text) throws IOException {
    note.truncate(0).position(0);
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      note.write(bytes);
    }
    note.force(true);
  }

  private static void checkTarget(Path target, Path real, boolean mayReplace) throws IOException {
    if (!LocalFiles.isTaken(real) || isEmptyDirectory(real)) {
      return;
    }
    if (!mayReplace) {
      throw WriteFailures.exists(target, null);
    }
    if (!isMadeHere(real)) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
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
            || note.hasChecksums(name)
            || name.matches("\\.bucket-[0-9-]+")
            || name.matches("\\..*\\.(npy|json)\\.penstock-partial-[0-9a-f]{8}");
    return isNamedSo && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Deletes what was made here; anything else stays, and then so does the directory. */
  private static void deleteFiles(Path directory, ShuffleNote note, boolean isNoteKept)
      throws IOException {
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
    return Objects.requireNonNull(note.path().getParent(), "directory of the note");
  }

  /**
   * Forces the directory to the disk and gives it its name, in one step.
   *
   * @throws PenstockException if that fails; then the target is as it was
   */
  void commit() {
    try {
      Directories.force(path());
      note.closeToChange(); // A directory with an open file in it cannot be renamed on Windows.
      boolean isReplacing = Files.exists(real) && !isEmptyDirectory(real);
      if (isReplacing) {
        checkTarget(target, real, mayReplace);
        Platforms.current().exchange(path(), real);
      } else {
        if (!Directories.isPosix(real)) {
          Files.deleteIfExists(real); // A rename replaces an empty directory elsewhere only.
        }
        Files.move(path(), real, StandardCopyOption.ATOMIC_MOVE);
      }
      isOpen = false;
      Directories.force(real.getParent());
      if (isReplacing) {
        delete(ShuffleNote.read(path().resolve(NOTE)));
      }
      removeHook();
      note.release();
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  private void delete(ShuffleNote known) throws IOException {
    deleteFiles(path(), known, false);
    Files.deleteIfExists(path());
  }

  /** While the JVM ends, a failure cannot be reported; the next process deletes what is left. */
  private void deleteQuietly() {
    try {
      note.closeToChange();
      delete(known);
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
      try {
        note.closeToChange();
        delete(known);
      } finally {
        note.release();
      }
    } catch (NoSuchFileException e) {
      return; // A signal has ended the process, and the hook was first.
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED, path(), "expected to delete it, found: " + SystemReason.of(e), e);
    }
  }
}

package io.penstock.job;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.Directories;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A {@link LoaderState} in a file of its own, which is replaced atomically: whatever happens, the
 * file holds the old state or the new one.
 *
 * <p>Any thread may call its methods. Of several that write one file at the same time, the last
 * wins.
 */
public final class StateFile {
  /** A line with the most ranges that positions can have is shorter. */
  private static final long MAX_BYTES = 4 << 20;

  private StateFile() {}

  /**
   * Reads a state.
   *
   * @param path of the file
   * @return the state
   * @throws PenstockException if the file cannot be read, or does not hold a state
   */
  public static LoaderState read(Path path) {
    String text = text(path);
    try {
      return LoaderState.parse(text.lines().findFirst().orElse(""));
    } catch (PenstockException e) {
      throw PenstockException.about(e.kind(), path, e.getMessage(), e);
    }
  }

  /**
   * Reads what was saved beside a state.
   *
   * @param path of the file
   * @return the note; empty if there is none
   * @throws PenstockException if the file cannot be read
   */
  public static String readNote(Path path) {
    return text(path).lines().skip(1).findFirst().orElse("");
  }

  private static String text(Path path) {
    try {
      // Opening a FIFO would block.
      LocalFiles.checkKind(path, LocalFiles.check(path));
      long size = Files.size(path);
      if (size > MAX_BYTES) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            path,
            "expected a state of at most %d bytes, found a file of %d: is it the right file?"
                .formatted(MAX_BYTES, size));
      }
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e), path, "the state cannot be read: " + SystemReason.of(e), e);
    }
  }

  /**
   * Writes a state to a file beside it, forces that to the disk, and replaces the old one. An
   * interrupt of the thread makes no difference, so that a program can save its state no matter
   * what ended it.
   *
   * @param path of the file; its directory must be there. A symbolic link is followed; a device or
   *     FIFO is refused
   * @param state what to save
   * @throws PenstockException if it cannot be written; then the old file is as it was
   */
  public static void write(Path path, LoaderState state) {
    write(path, state, "");
  }

  /**
   * Writes a state and a note that belongs to it, both or neither, as {@link #write(Path,
   * LoaderState)}.
   *
   * @param path of the file; its directory must be there
   * @param state what to save
   * @param note a line of text to go with it, for the program that saves it; may be empty
   * @throws PenstockException if it cannot be written; then the old file is as it was
   * @throws IllegalArgumentException if the note has more than one line
   */
  public static void write(Path path, LoaderState state, String note) {
    if (note.lines().count() > 1) {
      throw new IllegalArgumentException("note must be one line, was '" + note + "'");
    }
    String text = state + "\n" + note + (note.isEmpty() ? "" : "\n");
    try {
      Path real = LocalFiles.target(path, "the state cannot be saved: ");
      Path temporary =
          real.resolveSibling(
              // Ranks in containers may have the same process id, and share a directory.
              "%s.%s.new".formatted(real.getFileName(), UUID.randomUUID()));
      try {
        Uninterrupted.run(() -> write(temporary, text));
        Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        try {
          Files.deleteIfExists(temporary);
        } catch (IOException f) {
          e.addSuppressed(f);
        }
        throw e;
      }
      Directories.force(real.getParent());
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED, path, "the state cannot be saved: " + SystemReason.of(e), e);
    }
  }

  private static void write(Path temporary, String text) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
  }
}

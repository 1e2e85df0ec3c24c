package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.job.LoaderState;
import io.penstock.job.StateFile;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file that says how far a job is, and the file beside it with what was saved with it.
 *
 * <p>The state names the other file, which is written before and never changed: so both are of the
 * same moment, whatever happens. The driver writes the first state; then a rank that sees none does
 * not see the directory.
 */
final class JobState implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String NONE = "nothing saved";
  private static final String MARK = ".saved-";

  private final String path;

  JobState(Path path) {
    this.path = path.toString();
  }

  private Path path() {
    return Path.of(path);
  }

  /** What a run goes on from. */
  record From(String line, String note) implements Serializable {
    private static final long serialVersionUID = 1L;

    LoaderState state() {
      return LoaderState.parse(line);
    }
  }

  boolean exists() {
    return Files.exists(path());
  }

  /** The first state of a job. */
  void begin(LoaderState state) {
    StateFile.write(path(), state, NONE);
  }

  /**
   * Reads the state, on any machine.
   *
   * @throws PenstockException if it is not there: then this executor does not see it
   */
  From read() {
    if (!exists()) {
      throw PenstockException.about(
          ErrorKind.UNREADABLE,
          path(),
          "expected the state that the driver wrote, found none on executor %s: it must lie on"
                  .formatted(ExecutorName.here())
              + " storage that all machines have under this path");
    }
    return new From(StateFile.read(path()).toString(), StateFile.readNote(path()));
  }

  /** What was saved with a state; null if nothing was. */
  byte @Nullable [] saved(From from) {
    if (!from.note().startsWith(MARK, name().length())) {
      return null;
    }
    Path file = path().resolveSibling(from.note());
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.UNREADABLE,
          file,
          "expected what was saved with the state, found that it cannot be read: "
              + e.getMessage()
              + ": bring it back, or delete the state and begin anew",
          e);
    }
  }

  private String name() {
    return String.valueOf(path().getFileName());
  }

  /** Saves a state with what belongs to it, and deletes what belonged to the one before. */
  void save(LoaderState state, byte[] model) {
    String before = StateFile.readNote(path());
    String note = model.length == 0 ? NONE : name() + MARK + UUID.randomUUID();
    Path file = path().resolveSibling(note);
    try {
      if (model.length > 0) {
        write(file, model);
      }
      StateFile.write(path(), state, note);
      if (before.startsWith(name() + MARK)) {
        Files.deleteIfExists(path().resolveSibling(before));
      }
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          file,
          "what belongs to the state was not saved: " + e.getMessage(),
          e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }
}

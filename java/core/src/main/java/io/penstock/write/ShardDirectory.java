package io.penstock.write;

import io.penstock.array.FileInfo;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.partial.WriteFailures;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A directory of shards that several processes write, on machines that share storage: what {@link
 * DatasetShuffle} makes in one process, with the same names and the same note.
 *
 * <p>One process, the driver, holds this object. The others write files with names of their own
 * into {@link #attempts}, any number of times: an attempt that fails, is killed or comes too late
 * leaves nothing that counts. The driver {@linkplain #take takes} the files of those attempts that
 * it has decided for, and {@linkplain #commit commits} the directory, which appears in one step.
 * {@link #close} without it deletes everything. Of one thread.
 */
public final class ShardDirectory implements AutoCloseable {
  private static final String ATTEMPTS = ".penstock-attempts";

  /** A file of an attempt that is being killed may appear while its directory is deleted. */
  private static final int MOST_DELETIONS = 10;

  private final Path target;
  private final PartialDirectory directory;
  private final Path attempts;

  private ShardDirectory(Path target, PartialDirectory directory, Path attempts) {
    this.target = target;
    this.directory = directory;
    this.attempts = attempts;
  }

  /**
   * Starts a directory; deletes what a killed driver left of the same target.
   *
   * @param target the directory to make; its parent must exist. A link is followed
   * @param mayReplace whether a directory that was made by a shuffle is replaced
   * @param layout of the shards
   * @param order in which they have the records, for the note
   * @param source what was shuffled: the fingerprint of a dataset, or a word, for the note
   * @param more lines for the note, such as a schema; none of them may begin like those of a note
   * @return the directory, to be closed by the caller
   * @throws PenstockException if there is something that must not be replaced, another process
   *     makes the same directory, or it cannot be made
   */
  public static ShardDirectory create(
      Path target,
      boolean mayReplace,
      ShardLayout layout,
      Sampler order,
      String source,
      List<String> more) {
    StringBuilder note = new StringBuilder(layout.note(order, source));
    more.forEach(line -> note.append(line).append('\n'));
    PartialDirectory directory = PartialDirectory.create(target, mayReplace, note.toString());
    try {
      Path real = LocalFiles.followed(target);
      Path attempts = real.resolveSibling("." + real.getFileName() + ATTEMPTS);
      delete(attempts);
      Files.createDirectory(attempts);
      return new ShardDirectory(target, directory, attempts);
    } catch (IOException e) {
      directory.close();
      throw WriteFailures.about(target, e);
    }
  }

  /**
   * Refuses a target that has the data in it, which would be replaced.
   *
   * @param target the directory to make
   * @param sources files of the data
   * @throws PenstockException if one of them lies in the target
   */
  public static void checkSources(Path target, List<FileInfo> sources) {
    try {
      if (!Files.isDirectory(target)) {
        return;
      }
      Path real = target.toRealPath();
      for (FileInfo file : sources) {
        if (file.path().toRealPath().startsWith(real)) {
          throw PenstockException.about(
              ErrorKind.WRITE_FAILED,
              target,
              "expected a directory without the data itself, found %s in it: give another name"
                  .formatted(file.path()));
        }
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /**
   * Where all processes write, beside the target.
   *
   * @return a directory, which is deleted at the end
   */
  public Path attempts() {
    return attempts.toAbsolutePath();
  }

  /**
   * Takes a file of an attempt.
   *
   * @param file its name in {@link #attempts}
   * @param name that of the shard
   * @throws PenstockException if it is not there, or cannot be moved
   */
  public void take(String file, String name) {
    try {
      Files.move(
          attempts.resolve(file), directory.path().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /**
   * Writes a small file of text beside the attempts, for the other processes to know the place by.
   *
   * @param name of the file
   * @param text its contents
   */
  public void mark(String name, String text) {
    try {
      Files.writeString(attempts.resolve(name), text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /**
   * Where files that were taken are until the directory is committed.
   *
   * @return a directory
   */
  public Path taken() {
    return directory.path();
  }

  /**
   * Forces the directory to the disk and gives it its name, in one step.
   *
   * @throws PenstockException if that fails; then the target is as it was
   */
  public void commit() {
    directory.commit();
  }

  private static void delete(Path attempts) throws IOException {
    for (int i = 1; Files.isDirectory(attempts); i++) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(attempts)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      } catch (NoSuchFileException e) {
        return;
      }
      try {
        Files.deleteIfExists(attempts);
      } catch (DirectoryNotEmptyException e) {
        if (i == MOST_DELETIONS) {
          throw e;
        }
      }
    }
  }

  /**
   * Deletes the attempts, and the directory unless it was committed. Idempotent.
   *
   * @throws PenstockException if they cannot be deleted
   */
  @Override
  public void close() {
    try {
      delete(attempts);
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    } finally {
      directory.close();
    }
  }
}

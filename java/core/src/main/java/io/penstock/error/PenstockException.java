package io.penstock.error;

import java.nio.file.Path;

/**
 * A failure of data, in one line: the file, what was expected, what was found, what to do.
 *
 * <p>Every failure that comes from files, devices or their contents is this exception. A wrong
 * argument is an {@link IllegalArgumentException}, and use after close an {@link
 * IllegalStateException}. The message alone is complete; the accessors repeat its parts for
 * programs. Immutable, so safe to hand between threads.
 */
public final class PenstockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Transient because a Path cannot be serialized; the message still names the file. */
  private final transient Path path;

  /** Index of the record in the dataset, or -1. */
  private final long recordIndex;

  /** Place in the file in bytes, or -1. */
  private final long offsetBytes;

  /** Symbolic name of the system's status, or null. */
  private final String statusName;

  /**
   * A failure with every part given.
   *
   * @param message the whole line, with the file already named in it
   * @param path the file concerned, or null
   * @param recordIndex index of the record in the dataset, or -1
   * @param offsetBytes place in the file in bytes, or -1
   * @param statusName symbolic name of the system's status, as "EIO", or null
   * @param cause what led to it, or null
   */
  public PenstockException(
      String message,
      Path path,
      long recordIndex,
      long offsetBytes,
      String statusName,
      Throwable cause) {
    super(message, cause);
    this.path = path;
    this.recordIndex = recordIndex;
    this.offsetBytes = offsetBytes;
    this.statusName = statusName;
  }

  /**
   * A failure that belongs to no file.
   *
   * @param message what was expected, what was found, what to do
   */
  public PenstockException(String message) {
    this(message, null, -1, -1, null, null);
  }

  /**
   * A failure that belongs to no file and has a cause.
   *
   * @param message what was expected, what was found, what to do
   * @param cause what led to it
   */
  public PenstockException(String message, Throwable cause) {
    this(message, null, -1, -1, null, cause);
  }

  /**
   * A failure of one file; its path is put before the problem.
   *
   * @param path the file concerned
   * @param problem what was expected, what was found, what to do
   * @return the exception, to be thrown by the caller
   */
  public static PenstockException about(Path path, String problem) {
    return about(path, problem, null);
  }

  /**
   * A failure of one file with a cause; its path is put before the problem.
   *
   * @param path the file concerned
   * @param problem what was expected, what was found, what to do
   * @param cause what led to it, or null
   * @return the exception, to be thrown by the caller
   */
  public static PenstockException about(Path path, String problem, Throwable cause) {
    return new PenstockException(path + ": " + problem, path, -1, -1, null, cause);
  }

  /**
   * The file concerned.
   *
   * @return its path, or null when the failure belongs to no file (or was deserialized)
   */
  public Path path() {
    return path;
  }

  /**
   * The record concerned.
   *
   * @return its index in the dataset, or -1 when the failure belongs to no record
   */
  public long recordIndex() {
    return recordIndex;
  }

  /**
   * The place in the file.
   *
   * @return bytes from the start of {@link #path()}, or -1 when there is no such place
   */
  public long offsetBytes() {
    return offsetBytes;
  }

  /**
   * The system's own name for what happened.
   *
   * @return as "EIO" or "ENOENT", or null when no system call failed
   */
  public String statusName() {
    return statusName;
  }
}

package io.penstock.error;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A failure of data, in one line: the file, what was expected, what was found, what to do.
 *
 * <p>Every failure that comes from files, devices or their contents is this exception. A wrong
 * argument is an {@link IllegalArgumentException}, and use after close an {@link
 * IllegalStateException}. {@link #kind} is what a program decides by:
 *
 * <pre>{@code
 * switch (e.kind()) {
 *   case DAMAGED_RECORD, UNREADABLE -> skipped++;
 *   case INTERRUPTED -> stop();
 *   default -> throw e;
 * }
 * }</pre>
 *
 * <p>The message alone is complete; the accessors repeat its parts for programs. Immutable, so safe
 * to hand between threads.
 */
public final class PenstockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final long NONE = -1;

  /** Transient because a Path cannot be serialized; the message still names the file. */
  private final transient @Nullable Path path;

  /** What kind of failure it is. */
  private final ErrorKind kind;

  /** The record that it is about; -1 if it is about none. */
  private final long recordIndex;

  /** Where in the file, in bytes; -1 if it is about no place. */
  private final long offsetBytes;

  /** What the system calls it, as "EIO". */
  private final @Nullable String statusName;

  /**
   * A failure that belongs to no file.
   *
   * @param kind what a program decides by
   * @param message what was expected, what was found, what to do
   */
  public PenstockException(ErrorKind kind, String message) {
    this(new Builder(kind, message));
  }

  /**
   * A failure that belongs to no file and has a cause.
   *
   * @param kind what a program decides by
   * @param message what was expected, what was found, what to do
   * @param cause what led to it
   */
  public PenstockException(ErrorKind kind, String message, Throwable cause) {
    this(new Builder(kind, message).cause(cause));
  }

  private PenstockException(Builder parts) {
    super(parts.message, parts.cause);
    this.kind = parts.kind;
    this.path = parts.path;
    this.recordIndex = parts.recordIndex;
    this.offsetBytes = parts.offsetBytes;
    this.statusName = parts.statusName;
  }

  /**
   * A failure of one file; its path is put before the problem.
   *
   * @param kind what a program decides by
   * @param path the file concerned
   * @param problem what was expected, what was found, what to do
   * @return the exception, to be thrown by the caller
   */
  public static PenstockException about(ErrorKind kind, Path path, String problem) {
    return builder(kind, path + ": " + problem).path(path).build();
  }

  /**
   * A failure of one file with a cause; its path is put before the problem.
   *
   * @param kind what a program decides by
   * @param path the file concerned
   * @param problem what was expected, what was found, what to do
   * @param cause what led to it
   * @return the exception, to be thrown by the caller
   */
  public static PenstockException about(
      ErrorKind kind, Path path, String problem, Throwable cause) {
    return builder(kind, path + ": " + problem).path(path).cause(cause).build();
  }

  /**
   * Starts an exception with more parts.
   *
   * @param kind what a program decides by
   * @param message the whole line, with the file already named in it
   * @return a builder; what is not set is not known
   */
  public static Builder builder(ErrorKind kind, String message) {
    return new Builder(kind, message);
  }

  /** What was expected, what was found, what to do: one line. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage(), "message");
  }

  /**
   * The same failure with the stack of the calling thread, and this exception as its cause.
   *
   * @return the exception, to be thrown by the caller
   */
  public PenstockException again() {
    return again(getMessage());
  }

  /**
   * The same failure in other words, with this exception as its cause.
   *
   * @param message the whole line, with the file already named in it
   * @return the exception, to be thrown by the caller
   */
  public PenstockException again(String message) {
    return toBuilder(message).cause(this).build();
  }

  /**
   * Starts an exception with the parts of this one, but for its message and cause.
   *
   * @param message the whole line, with the file already named in it
   * @return a builder
   */
  public Builder toBuilder(String message) {
    Builder builder = new Builder(kind, message);
    builder.path = path;
    builder.recordIndex = recordIndex;
    builder.offsetBytes = offsetBytes;
    builder.statusName = statusName;
    return builder;
  }

  /**
   * What kind of failure it is.
   *
   * @return what a program decides by
   */
  public ErrorKind kind() {
    return kind;
  }

  /**
   * The file concerned.
   *
   * @return its path; empty when the failure belongs to no file, or was deserialized
   */
  public Optional<Path> path() {
    return Optional.ofNullable(path);
  }

  /**
   * The record concerned.
   *
   * @return its index in the dataset; empty when the failure belongs to no single record
   */
  public OptionalLong recordIndex() {
    return recordIndex == NONE ? OptionalLong.empty() : OptionalLong.of(recordIndex);
  }

  /**
   * The place in the file.
   *
   * @return bytes from the start of {@link #path()}; empty when there is no such place
   */
  public OptionalLong offsetBytes() {
    return offsetBytes == NONE ? OptionalLong.empty() : OptionalLong.of(offsetBytes);
  }

  /**
   * The system's own name for what happened.
   *
   * @return as "EIO" or "ENOENT"; empty when no system call failed
   */
  public Optional<String> statusName() {
    return Optional.ofNullable(statusName);
  }

  /** The parts of an exception. For one thread at a time. */
  public static final class Builder {
    private final ErrorKind kind;
    private final String message;
    private @Nullable Path path;
    private long recordIndex = NONE;
    private long offsetBytes = NONE;
    private @Nullable String statusName;
    private @Nullable Throwable cause;

    private Builder(ErrorKind kind, String message) {
      this.kind = Objects.requireNonNull(kind, "kind");
      this.message = Objects.requireNonNull(message, "message");
    }

    /**
     * Sets the file concerned.
     *
     * @param path of the file
     * @return this
     */
    public Builder path(Path path) {
      this.path = path;
      return this;
    }

    /**
     * Sets the record concerned.
     *
     * @param recordIndex its index in the dataset, at least 0
     * @return this
     */
    public Builder recordIndex(long recordIndex) {
      this.recordIndex = atLeast0("recordIndex", recordIndex);
      return this;
    }

    /**
     * Sets the place in the file.
     *
     * @param offsetBytes bytes from the start of the file, at least 0
     * @return this
     */
    public Builder offsetBytes(long offsetBytes) {
      this.offsetBytes = atLeast0("offsetBytes", offsetBytes);
      return this;
    }

    /**
     * Sets the system's own name for what happened.
     *
     * @param statusName as "EIO"
     * @return this
     */
    public Builder statusName(String statusName) {
      this.statusName = statusName;
      return this;
    }

    /**
     * Sets what led to it.
     *
     * @param cause any throwable
     * @return this
     */
    public Builder cause(Throwable cause) {
      this.cause = cause;
      return this;
    }

    /**
     * Makes the exception, with the stack of the calling thread.
     *
     * @return the exception, to be thrown by the caller
     */
    public PenstockException build() {
      return new PenstockException(this);
    }

    private static long atLeast0(String name, long value) {
      if (value < 0) {
        throw new IllegalArgumentException(name + " must be at least 0, was " + value);
      }
      return value;
    }
  }
}

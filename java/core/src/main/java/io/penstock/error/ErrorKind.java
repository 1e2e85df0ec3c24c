package io.penstock.error;

/**
 * The kind of failure that a {@link PenstockException} reports, for programs to decide by.
 *
 * <p>Later versions may have more constants, so a {@code switch} needs a {@code default} branch. A
 * constant never changes its meaning. Which one a given failure has may become more exact; {@link
 * #OTHER} is the one to rely on least.
 */
public enum ErrorKind {
  /**
   * A record was read, and is not what it was when its checksum was made, or its entry in an index
   * makes no sense, or a transform cannot make anything of it. Other records may be good: go on
   * with the next batch, or have bad records skipped or replaced.
   */
  DAMAGED_RECORD,

  /** The system cannot read a record or a file: a damaged device, a network that is down. */
  UNREADABLE,

  /**
   * A file was replaced, cut short or modified while it was in use. Open the dataset again when the
   * file is complete.
   */
  FILE_CHANGED,

  /**
   * A file cannot be opened: it does not exist, may not be read, or is not a regular file. The path
   * or its mode is wrong.
   */
  NO_ACCESS,

  /** The contents of a file are not what its format asks for, or of no known format. */
  WRONG_FORMAT,

  /**
   * Each is good, but they do not belong together: columns of different numbers of records, a state
   * or checksums of other data, shards whose types differ.
   */
  MISMATCH,

  /** A device or a file server does not answer within the limit. It may answer later. */
  NO_ANSWER,

  /** The calling thread was interrupted. Its interrupt flag is set. */
  INTERRUPTED,

  /**
   * A limit of the machine, the process or the library is reached: memory, threads, open files,
   * free space, bytes in a buffer. The message names the limit.
   */
  RESOURCE_LIMIT,

  /** A file cannot be written, or exists already and was left as it is. */
  WRITE_FAILED,

  /** This machine or this version of the library cannot do what was asked for with this data. */
  UNSUPPORTED,

  /** A transform threw an exception, which is the cause, and did not say that the record is bad. */
  TRANSFORM_FAILED,

  /** None of the other kinds; mostly failures that should not happen. */
  OTHER
}

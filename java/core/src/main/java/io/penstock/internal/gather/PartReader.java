package io.penstock.internal.gather;

/**
 * Carries out the requests of a native reader that does not read itself: a part of a file each, or
 * of several files that are taken for one.
 *
 * <p>Each thread has its own, and may keep scratch memory in it. Nothing is allocated per request.
 */
public interface PartReader {
  /** What a request ends with that failed for a reason that has no number: EIO. */
  long FAILED = -5;

  /**
   * Reads a part of a file.
   *
   * @param file its number in the native source
   * @param offsetBytes where the part begins
   * @param lengthBytes how long it is, at least 1
   * @param address where its first byte goes
   * @return how many bytes were read: fewer than asked for, and at least 1, if the rest is to be
   *     asked for again; or the number of an error, negative
   */
  long read(int file, long offsetBytes, int lengthBytes, long address);

  /** How many files were read from until now. */
  long reads();

  /** How long bytes were copied after reading, until now. */
  default long copyNanos() {
    return 0;
  }
}

package io.penstock.internal.index;

/**
 * Looks for the records of a container, from its beginning to its end.
 *
 * <p>What it owns: the meaning of the container's bytes. It must not trust a length before it has
 * compared it with what remains of the file, nor keep anything per record: what it finds goes to
 * the {@link IndexBuilder} at once. It finds the same in the same bytes, always. Stateless; several
 * files are scanned at once, each by one thread.
 */
public interface Scan {
  /**
   * The name of the format and the version of what its scan finds, "tar 1". An index of another
   * version is made again, so whoever changes what a scan finds changes the version.
   */
  String id();

  /**
   * Scans a file.
   *
   * @param in the file, at its beginning
   * @param found takes what is found
   * @throws io.penstock.error.PenstockException if the file is damaged, with the place
   */
  void run(ScanInput in, IndexBuilder found);
}

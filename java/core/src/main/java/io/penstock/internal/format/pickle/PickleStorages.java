package io.penstock.internal.format.pickle;

import org.jspecify.annotations.Nullable;

/**
 * Bytes outside of a pickle that it names by persistent ids, as those of PyTorch do: where they lie
 * in the file.
 */
public interface PickleStorages {
  /** For pickles that stand alone. */
  PickleStorages NONE = _ -> null;

  /**
   * Where a storage lies.
   *
   * @param offsetBytes of its first byte, in the file
   * @param sizeBytes how many there are
   * @param isBigEndian the byte order of numbers in it
   * @param problem why it cannot be read in place; null if it can
   */
  record StoragePlace(
      long offsetBytes, long sizeBytes, boolean isBigEndian, @Nullable String problem) {}

  /** The storage of a key; null if there is none. */
  @Nullable StoragePlace find(String key);
}

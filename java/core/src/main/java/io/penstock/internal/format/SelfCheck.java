package io.penstock.internal.format;

import java.nio.ByteBuffer;

/**
 * The comparison of a whole file with the checksums that its format keeps in it.
 *
 * <p>What it owns: where these checksums are, what they cover, and how to go on behind damage.
 * Whoever calls it owns the reading of the file. Stateless; it keeps nothing per record.
 */
public interface SelfCheck {
  /**
   * Checks a file from its first byte to its last. Damage does not stop it.
   *
   * @param file its bytes
   * @param damage takes what is found, in the order of the file
   */
  void run(CheckedBytes file, Damage damage);

  /** What it compares, as in messages: "CRC-32 of each member". */
  String checksums();

  /** The bytes of a file, for forward reading. */
  interface CheckedBytes {
    /** Size of the file. */
    long sizeBytes();

    /**
     * The bytes from a place on: as many as happen to be at hand, at least one, little-endian.
     *
     * @param position less than the size of the file; forward costs least
     * @return valid until the next call
     */
    ByteBuffer at(long position);
  }

  /** Takes what is damaged. */
  interface Damage {
    /**
     * A record that is not as it was written.
     *
     * @param record its number in the file; each stretch without any record counts as one
     * @param position where it begins in the file
     * @param problem in half a line
     */
    void record(long record, long position, String problem);
  }
}

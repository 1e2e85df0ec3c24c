package io.penstock.spark;

/**
 * Entries of one bucket, one after another, as they travel through Spark's shuffle.
 *
 * <p>A block is its head, which is the number of the bucket and the size of the entries (32 bits
 * each), and the entries. It lies in one array in this form, so that it is written at once.
 */
final class EntryBlock {
  /** Size of the head, and where entries begin in {@link #bytes}. */
  static final int HEAD_BYTES = 2 * Integer.BYTES;

  private final byte[] bytes;
  private final int end;

  /**
   * A block.
   *
   * @param bytes room for the head, and the entries from {@link #HEAD_BYTES} on; from now on of the
   *     block
   * @param end where the entries end
   */
  EntryBlock(int bucket, byte[] bytes, int end) {
    this.bytes = bytes;
    this.end = end;
    Entries.putInt(bytes, 0, bucket);
    Entries.putInt(bytes, Integer.BYTES, end - HEAD_BYTES);
  }

  /** The number of the bucket, by the head of a block. */
  static int bucket(byte[] head) {
    return Entries.getInt(head, 0);
  }

  /** Size of the entries, by the head of a block. */
  static int entryBytes(byte[] head) {
    return Entries.getInt(head, Integer.BYTES);
  }

  /** Head and entries. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the entries end in {@link #bytes}. */
  int end() {
    return end;
  }
}

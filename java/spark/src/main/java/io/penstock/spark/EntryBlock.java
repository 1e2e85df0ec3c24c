package io.penstock.spark;

import java.util.zip.CRC32C;

/**
 * Entries of one bucket, one after another, as they travel through Spark's shuffle.
 *
 * <p>A block is its head and the entries. The head is the number of the bucket, the size of the
 * entries, the CRC-32C of these two, and that of these two and the entries (32 bits each). The
 * first is checked before anybody makes room for so many entries. A block lies in one array in this
 * form, so that it is written at once.
 */
final class EntryBlock {
  /** Size of the head, and where entries begin in {@link #bytes}. */
  static final int HEAD_BYTES = 4 * Integer.BYTES;

  private static final int HEAD_SUM = 2 * Integer.BYTES;
  private static final int SUM = 3 * Integer.BYTES;

  private final byte[] bytes;
  private final int end;

  /**
   * A block, closed: its checksums are those of its contents now.
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
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, HEAD_SUM);
    Entries.putInt(bytes, HEAD_SUM, (int) sum.getValue());
    sum.update(bytes, HEAD_BYTES, end - HEAD_BYTES);
    Entries.putInt(bytes, SUM, (int) sum.getValue());
  }

  /** The number of the bucket, by the head of a block. */
  static int bucket(byte[] head) {
    return Entries.getInt(head, 0);
  }

  /** Size of the entries, by the head of a block. */
  static int entryBytes(byte[] head) {
    return Entries.getInt(head, Integer.BYTES);
  }

  /** The checksum of bucket and size that a head has. */
  static int headSum(byte[] head) {
    return Entries.getInt(head, HEAD_SUM);
  }

  /** The checksum that a head should have for its bucket and size. */
  static int sumOfHead(byte[] head) {
    CRC32C sum = new CRC32C();
    sum.update(head, 0, HEAD_SUM);
    return (int) sum.getValue();
  }

  /** The checksum of all, by the head of a block. */
  static int sum(byte[] head) {
    return Entries.getInt(head, SUM);
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

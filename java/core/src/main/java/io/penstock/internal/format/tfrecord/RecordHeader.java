package io.penstock.internal.format.tfrecord;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * What is before and behind the data of each record of a TFRecord file: the length (64 bits), a
 * masked CRC32C of the length, the data, and a masked CRC32C of the data. Used by one thread.
 */
final class RecordHeader {
  static final int BYTES = 12;
  static final int FOOTER_BYTES = 4;

  private final CRC32C crc = new CRC32C();
  private final byte[] lengthBytes = new byte[Long.BYTES];

  /** Whether a file begins as TFRecord does. */
  static boolean isAt(byte[] start) {
    return start.length >= BYTES && new RecordHeader().isSound(MemorySegment.ofArray(start), 0);
  }

  /** Whether a length has the checksum that follows it. */
  private boolean isSound(MemorySegment memory, long at) {
    MemorySegment.copy(memory, Wire.BYTE, at, lengthBytes, 0, lengthBytes.length);
    crc.reset();
    crc.update(lengthBytes);
    return memory.get(Wire.INT, at + Long.BYTES) == MaskedCrc.of(crc);
  }

  /**
   * The length of a record, which is checked.
   *
   * @param memory that the header is in
   * @param at where it begins there
   * @param file that it is in
   * @param position where it begins there
   * @param record which one it is, for messages
   * @throws PenstockException if the header is damaged, or the record goes beyond the file
   */
  long length(MemorySegment memory, long at, OpenFile file, long position, long record) {
    if (!isSound(memory, at)) {
      throw file.problemAt(
          position,
          ("expected the length of record %d and its checksum at byte %d, found bytes that do not"
                  + " fit together: the file is damaged; make or copy it again")
              .formatted(record, position));
    }
    long length = memory.get(Wire.LONG, at);
    long room = file.sizeBytes() - position - BYTES - FOOTER_BYTES;
    if (length < 0 || length > room) {
      throw file.problemAt(
          position,
          ("file is cut short: expected %s bytes of record %d from byte %d on, found the end of"
                  + " the file at %d: make or copy it again")
              .formatted(
                  Long.toUnsignedString(length), record, position + BYTES, file.sizeBytes()));
    }
    return length;
  }

  /** Where the record behind one of this length begins. */
  static long next(long position, long length) {
    return position + BYTES + length + FOOTER_BYTES;
  }
}

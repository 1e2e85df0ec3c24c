package io.penstock.internal.format.tfrecord;

import io.penstock.internal.format.SelfCheck;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Compares the length and the data of each record with their checksums.
 *
 * <p>A record whose length is damaged hides where the next one begins. It is searched for: the next
 * place with a length that fits its checksum, which chance brings about once in 2^32 places, and
 * fits into the file. What lies between counts as one record.
 */
final class TfRecordCheck implements SelfCheck {
  @Override
  public void run(CheckedBytes file, Damage damage) {
    new CheckPass(file, damage).run();
  }

  @Override
  public String checksums() {
    return "CRC32C of the length and of the data of each record";
  }

  private static final class CheckPass {
    /** The masked checksum of the length 0, which a search compares at each byte of zeros. */
    private static final int ZERO_LENGTH = zeroLength();

    private final CheckedBytes file;
    private final Damage damage;
    private final CRC32C crc = new CRC32C();

    /** What was read again, or will be, in search of records. */
    private long againBytes;

    private final byte[] header = new byte[RecordHeader.BYTES];
    private final ByteBuffer lengthOfHeader = ByteBuffer.wrap(header, 0, Long.BYTES);
    private final ByteBuffer little = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);

    CheckPass(CheckedBytes file, Damage damage) {
      this.file = file;
      this.damage = damage;
    }

    private static int zeroLength() {
      CRC32C crc = new CRC32C();
      crc.update(new byte[Long.BYTES]);
      return MaskedCrc.of(crc);
    }

    void run() {
      long position = 0;
      for (long record = 0; position < file.sizeBytes(); record++) {
        String problem = problemOfHeader(position);
        long length = little.getLong(0);
        long next = RecordHeader.next(position, length);
        if (problem.isEmpty()) {
          if (isDataSound(position + RecordHeader.BYTES, length)) {
            position = next;
            continue;
          }
          problem = "its data do not fit their checksum";
          if (isFollowed(next, length)) {
            damage.record(record, position, problem);
            position = next;
            continue;
          }
        }
        next = search(position + 1);
        damage.record(record, position, problem + behind(next));
        position = next;
      }
    }

    /**
     * Whether a record seems to have its length, though its data are damaged: another one follows.
     * If not, it was cut short, and there may be records in its place. Looking for these reads
     * bytes again, at most as many as the file has.
     */
    private boolean isFollowed(long next, long length) {
      if (next == file.sizeBytes() || problemOfHeader(next).isEmpty()) {
        return true;
      }
      againBytes += length;
      return againBytes > file.sizeBytes();
    }

    private String behind(long next) {
      return next < file.sizeBytes()
          ? "; the next record that can be found begins at byte " + next
          : "; no record can be found behind it";
    }

    /** Reads a header; empty if its length can be believed. */
    private String problemOfHeader(long position) {
      if (file.sizeBytes() - position < RecordHeader.BYTES) {
        return "the file ends within its length";
      }
      copyToHeader(position, RecordHeader.BYTES);
      crc.reset();
      crc.update(lengthOfHeader.rewind());
      if (little.getInt(Long.BYTES) != MaskedCrc.of(crc)) {
        return "its length does not fit its checksum";
      }
      return isWithin(position, little.getLong(0))
          ? ""
          : "it has %s bytes, and the file ends before"
              .formatted(Long.toUnsignedString(little.getLong(0)));
    }

    private boolean isWithin(long position, long length) {
      long room = file.sizeBytes() - position - RecordHeader.BYTES - RecordHeader.FOOTER_BYTES;
      return length >= 0 && length <= room;
    }

    private boolean isDataSound(long position, long length) {
      crc.reset();
      long end = position + length;
      for (long at = position; at < end; ) {
        ByteBuffer bytes = file.at(at);
        bytes.limit(bytes.position() + (int) Math.min(bytes.remaining(), end - at));
        at += bytes.remaining();
        crc.update(bytes);
      }
      copyToHeader(end, RecordHeader.FOOTER_BYTES);
      return little.getInt(0) == MaskedCrc.of(crc);
    }

    private void copyToHeader(long position, int count) {
      for (int done = 0; done < count; ) {
        ByteBuffer bytes = file.at(position + done);
        int some = Math.min(count - done, bytes.remaining());
        bytes.get(bytes.position(), header, done, some);
        done += some;
      }
    }

    /** The next place from a position on that looks like a record; the end if there is none. */
    private long search(long from) {
      long last = file.sizeBytes() - RecordHeader.BYTES - RecordHeader.FOOTER_BYTES;
      for (long at = from; at <= last; ) {
        ByteBuffer bytes = file.at(at);
        int start = bytes.position();
        int places = bytes.remaining() - RecordHeader.BYTES + 1;
        if (places <= 0) {
          // The last places of a block, whose headers go on in the next one.
          if (problemOfHeader(at).isEmpty()) {
            return at;
          }
          at++;
          continue;
        }
        for (int i = 0; i < places; i++) {
          if (isSound(bytes, start + i, at + i)) {
            return at + i;
          }
        }
        at += places;
      }
      return file.sizeBytes();
    }

    private boolean isSound(ByteBuffer bytes, int index, long position) {
      long length = bytes.getLong(index);
      if (!isWithin(position, length)) {
        return false;
      }
      int found = bytes.getInt(index + Long.BYTES);
      if (length == 0) {
        return found == ZERO_LENGTH;
      }
      bytes.get(index, header, 0, Long.BYTES);
      crc.reset();
      crc.update(lengthOfHeader.rewind());
      return found == MaskedCrc.of(crc);
    }
  }
}

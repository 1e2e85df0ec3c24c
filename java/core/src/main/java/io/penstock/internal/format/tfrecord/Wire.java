package io.penstock.internal.format.tfrecord;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over the wire format of protocol buffers, in memory or in a file that is read piece by
 * piece.
 *
 * <p>What it owns: numbers and limits of the wire format. No length is believed that goes beyond
 * its message, and nothing is copied. Passing over bytes does not read them. Allocates nothing in
 * memory; used by one thread.
 */
public final class Wire {
  /** Wire types. */
  static final int VARINT = 0;

  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long TOP_BITS = 0x8080808080808080L;
  private static final int LONGEST_VARINT = 10;

  /** Where bytes come from that are not in memory. */
  @FunctionalInterface
  interface WireSource {
    /**
     * Bytes from a position on.
     *
     * @param atLeast how many there must be, from the buffer's position on
     */
    ByteBuffer at(long position, int atLeast);
  }

  private final WireSource source;
  private MemorySegment window = MemorySegment.NULL;
  private long windowStart;
  private long windowEnd;
  private long position;

  /** A cursor over a source. */
  Wire(WireSource source) {
    this.source = source;
  }

  /** A cursor over memory, which {@link #of} names. */
  public Wire() {
    this(
        (position, _) -> {
          throw new WireException("a value goes beyond the end, at byte " + position);
        });
  }

  /** Begins at the start of a piece of memory. */
  public void of(MemorySegment bytes) {
    window = bytes;
    windowStart = 0;
    windowEnd = bytes.byteSize();
    position = 0;
  }

  long position() {
    return position;
  }

  void moveTo(long place) {
    position = place;
  }

  /**
   * Memory that holds the next bytes.
   *
   * @param bytes how many, at most 1 MiB
   * @return it begins where {@link #offset} says
   */
  MemorySegment need(int bytes) {
    if (position < windowStart || position + bytes > windowEnd) {
      ByteBuffer view = source.at(position, bytes);
      window = MemorySegment.ofBuffer(view);
      windowStart = position;
      windowEnd = position + view.remaining();
    }
    return window;
  }

  /** Where the next byte is in the memory of {@link #need}. */
  long offset() {
    return position - windowStart;
  }

  private byte next() {
    MemorySegment bytes = need(1);
    return bytes.get(BYTE, position++ - windowStart);
  }

  /**
   * A number of one to ten bytes.
   *
   * @param end of the message that it is in
   */
  long varint(long end) {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      if (position >= end) {
        throw new WireException("a number goes beyond its message, at byte " + position);
      }
      byte next = next();
      value |= (next & 0x7fL) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw new WireException("a number is longer than 10 bytes, at byte " + position);
  }

  /** Field number and wire type. */
  int tag(long end) {
    long tag = varint(end);
    if (tag >>> 32 != 0 || tag >>> 3 == 0) {
      throw new WireException("no field has such a tag, at byte " + position);
    }
    return (int) tag;
  }

  /** The end of what follows: a length, and then so many bytes. */
  long endOfBytes(long end) {
    long length = varint(end);
    if (length < 0 || length > end - position) {
      throw new WireException(
          "a field of %s bytes goes beyond its message, at byte %d"
              .formatted(Long.toUnsignedString(length), position));
    }
    return position + length;
  }

  /** Passes over the value of a field whose tag was read. */
  void skip(int tag, long end) {
    switch (tag & 7) {
      case VARINT -> varint(end);
      case FIXED64 -> skipBytes(Long.BYTES, end);
      case BYTES -> position = endOfBytes(end);
      case FIXED32 -> skipBytes(Integer.BYTES, end);
      default ->
          throw new WireException("a field of an unknown type or a group, at byte " + position);
    }
  }

  private void skipBytes(int count, long end) {
    if (count > end - position) {
      throw new WireException("a field goes beyond its message, at byte " + position);
    }
    position += count;
  }

  /** The 32 bits of a field whose tag was read. */
  int fixed32(long end) {
    if (end - position < Integer.BYTES) {
      throw new WireException("a field goes beyond its message, at byte " + position);
    }
    int value = need(Integer.BYTES).get(INT, position - windowStart);
    position += Integer.BYTES;
    return value;
  }

  /**
   * Reads numbers up to the end, as int64 one after another, little-endian.
   *
   * @param target where they go
   * @param offset of the first there
   * @param most how many there is room for
   * @return how many there were; the wire is not at the end if they were more
   */
  long varints(long end, MemorySegment target, long offset, long most) {
    long count = 0;
    while (position < end && count < most) {
      MemorySegment bytes = need(1);
      long at = position - windowStart;
      // Within these no number crosses the end, nor does one of ten bytes.
      long safe = Math.min(end, windowEnd) - windowStart - LONGEST_VARINT;
      for (; at <= safe && count < most; count++) {
        long value = bytes.get(BYTE, at++);
        if (value < 0) {
          value &= 0x7f;
          int shift = 7;
          byte next;
          do {
            if (shift >= 7 * LONGEST_VARINT) {
              throw new WireException(
                  "a number is longer than 10 bytes, at byte " + (windowStart + at));
            }
            next = bytes.get(BYTE, at++);
            value |= (next & 0x7fL) << shift;
            shift += 7;
          } while (next < 0);
        }
        target.set(LONG, offset + count * Long.BYTES, value);
      }
      position = windowStart + at;
      if (position < end && count < most) {
        target.set(LONG, offset + count * Long.BYTES, varint(end));
        count++;
      }
    }
    return count;
  }

  /** Copies bytes, and passes over them. */
  void copy(long bytes, MemorySegment target, long offset) {
    long end = position + bytes;
    for (long to = offset; position < end; ) {
      MemorySegment from = need(1);
      long count = Math.min(end, windowEnd) - position;
      MemorySegment.copy(from, position - windowStart, target, to, count);
      position += count;
      to += count;
    }
  }

  /** Counts the numbers up to the end, and passes over them. */
  long countVarints(long end) {
    long count = 0;
    boolean isOpen = false;
    while (position < end) {
      MemorySegment bytes = need(1);
      long at = position - windowStart;
      long stop = Math.min(end, windowEnd) - windowStart;
      for (; at <= stop - Long.BYTES; at += Long.BYTES) {
        count += Long.bitCount(~bytes.get(LONG, at) & TOP_BITS);
      }
      for (; at < stop; at++) {
        count += bytes.get(BYTE, at) >= 0 ? 1 : 0;
      }
      isOpen = bytes.get(BYTE, stop - 1) < 0;
      position = windowStart + stop;
    }
    if (isOpen) {
      throw new WireException("a number goes beyond its message, at byte " + position);
    }
    return count;
  }
}

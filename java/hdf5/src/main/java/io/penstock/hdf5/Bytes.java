package io.penstock.hdf5;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A structure of the file, taken apart from its start to its end: little-endian numbers, and
 * addresses and lengths as wide as the superblock says.
 *
 * <p>What it owns: every check that a structure has the bytes that it claims. Reading past the end
 * is a fault of the file, and nothing is allocated for bytes that are not there.
 */
final class Bytes {
  /** All bits set: nothing is stored there. */
  static final long UNDEFINED = -1;

  private final byte[] bytes;
  private final int start;
  private final int end;
  private final long address;
  private final String what;
  private final int addressBytes;
  private final int lengthBytes;
  private int at;

  private Bytes(
      byte[] bytes,
      int start,
      int end,
      long address,
      String what,
      int addressBytes,
      int lengthBytes) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.address = address;
    this.what = what;
    this.addressBytes = addressBytes;
    this.lengthBytes = lengthBytes;
    this.at = start;
  }

  /**
   * A whole structure.
   *
   * @param bytes of the structure
   * @param address where it lies, for messages
   * @param what it is, for messages
   */
  static Bytes of(byte[] bytes, long address, String what, int addressBytes, int lengthBytes) {
    return new Bytes(bytes, 0, bytes.length, address, what, addressBytes, lengthBytes);
  }

  /** The next bytes as a structure of their own. */
  Bytes slice(long count, String name) {
    int from = advance(count);
    return new Bytes(bytes, from, at, address + from - start, name, addressBytes, lengthBytes);
  }

  /** The same bytes from their start on, for a second look. */
  Bytes again() {
    return new Bytes(bytes, start, end, address, what, addressBytes, lengthBytes);
  }

  /** Where the next byte lies in the file, as an address. */
  long position() {
    return address + at - start;
  }

  String what() {
    return what;
  }

  /** Bytes taken so far. */
  int taken() {
    return at - start;
  }

  int left() {
    return end - at;
  }

  void skip(long count) {
    advance(count);
  }

  /** Fills up to a multiple of eight, counted from the start. */
  void align() {
    advance(-taken() & 7);
  }

  private int advance(long count) {
    if (count < 0 || count > left()) {
      throw Hdf5Fault.damaged(
          "expected %d more bytes of %s at %d, found %d", count, what, position(), left());
    }
    int from = at;
    at += (int) count;
    return from;
  }

  int u8() {
    return bytes[advance(1)] & 0xff;
  }

  int u16() {
    return (int) number(2);
  }

  long u32() {
    return number(4);
  }

  /** A number of 1 to 8 bytes; one of 8 may come out negative. */
  long number(int size) {
    int from = advance(size);
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (bytes[from + i] & 0xff);
    }
    return value;
  }

  /** A size or a count, which is never negative. */
  long length() {
    return size(lengthBytes);
  }

  /** A size or a count of so many bytes, which is never negative. */
  long size(int width) {
    long value = number(width);
    if (value < 0) {
      throw Hdf5Fault.damaged(
          "expected a size below 2^63 in %s at %d, found %s",
          what, position() - width, Long.toUnsignedString(value));
    }
    return value;
  }

  /** An address, or {@link #UNDEFINED}. */
  long address() {
    long value = number(addressBytes);
    long undefined = addressBytes == 8 ? -1L : (1L << (8 * addressBytes)) - 1;
    if (value == undefined) {
      return UNDEFINED;
    }
    if (value < 0) {
      throw Hdf5Fault.damaged(
          "expected an address below 2^63 in %s at %d, found %s",
          what, position() - addressBytes, Long.toUnsignedString(value));
    }
    return value;
  }

  int addressBytes() {
    return addressBytes;
  }

  int lengthBytes() {
    return lengthBytes;
  }

  byte[] take(long count) {
    int from = advance(count);
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** So many bytes as text, up to the first zero. */
  String text(long count) {
    int from = advance(count);
    int stop = from;
    while (stop < at && bytes[stop] != 0) {
      stop++;
    }
    return decode(bytes, from, stop - from);
  }

  /** Text up to a zero, which is taken too. */
  String textToZero() {
    int stop = at;
    while (stop < end && bytes[stop] != 0) {
      stop++;
    }
    String text = decode(bytes, at, stop - at);
    advance(stop - at + 1L);
    return text;
  }

  /** UTF-8, as in HDF5 today; older files may use other character sets. */
  static String decode(byte[] bytes, int from, int count) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, count))
          .toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, from, count, StandardCharsets.ISO_8859_1);
    }
  }

  /** Checks how a structure begins. */
  void expect(String signature) {
    String found = new String(bytes, at, Math.min(4, left()), StandardCharsets.ISO_8859_1);
    if (!found.equals(signature)) {
      throw Hdf5Fault.damaged(
          "expected %s at %d to begin with '%s', found '%s'",
          what, position(), signature, found.replaceAll("[^ -~]", "?"));
    }
    advance(4);
  }

  /** Checks the version of a structure, which is its next byte. */
  int version(int least, int most) {
    int version = u8();
    if (version < least || version > most) {
      throw Hdf5Fault.refused(
          "expected version %d to %d of %s at %d, found %d: the file is damaged, or of a newer"
              + " HDF5; write it again with h5repack --high=v110",
          least, most, what, position() - 1, version);
    }
    return version;
  }

  /** Checks the checksum that follows all that was taken. */
  void checksum() {
    int computed = Lookup3.hash(bytes, start, at - start);
    int stored = (int) u32();
    if (computed != stored) {
      throw Hdf5Fault.damaged(
          "expected checksum %08x of %s at %d, found %08x", stored, what, address, computed);
    }
  }
}

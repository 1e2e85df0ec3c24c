package io.penstock.internal.format.arrow;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A table in a flatbuffer: fields by their slots, each of which may be absent.
 *
 * <p>What it owns: the rules of the encoding, and that nothing outside the buffer is read, whatever
 * the buffer says. It reads where the bytes lie, without copies. Tables may be shared, so a tree of
 * them may be far larger than the buffer: callers must limit how many they visit. Whatever is wrong
 * is an IllegalArgumentException.
 *
 * @param bytes the buffer, little-endian, from 0 to its limit
 * @param position where the table begins
 */
record FlatTable(ByteBuffer bytes, int position) {
  /** A vector in a flatbuffer: as many items of one size as it says, all of them in the buffer. */
  record Vector(ByteBuffer bytes, int position, int count, int itemBytes) {
    /** Where an item begins. */
    int at(int item) {
      if (item < 0 || item >= count) {
        throw new IllegalArgumentException("expected an item below " + count + ", found " + item);
      }
      return position + item * itemBytes;
    }

    long getLong(int item, int offset) {
      return bytes.getLong(at(item) + offset);
    }

    int getInt(int item, int offset) {
      return bytes.getInt(at(item) + offset);
    }

    /** The table that an item refers to. */
    FlatTable table(int item) {
      return follow(bytes, at(item));
    }
  }

  /** The root of a flatbuffer. */
  static FlatTable root(ByteBuffer bytes) {
    check(bytes, 0, Integer.BYTES);
    return follow(bytes, 0);
  }

  private static FlatTable follow(ByteBuffer bytes, int at) {
    long target = at + Integer.toUnsignedLong(bytes.getInt(at));
    check(bytes, target, Integer.BYTES);
    return new FlatTable(bytes, (int) target);
  }

  private static void check(ByteBuffer bytes, long position, long count) {
    if (position < 0 || count > bytes.limit() - position) {
      throw new IllegalArgumentException(
          "expected %d bytes at byte %d of the metadata, found %d in all"
              .formatted(count, position, bytes.limit()));
    }
  }

  /** Where a field begins, with that many bytes behind it; 0 if it is absent. */
  private int field(int slot, int count) {
    long table = position - (long) bytes.getInt(position);
    check(bytes, table, Short.BYTES);
    int tableBytes = Short.toUnsignedInt(bytes.getShort((int) table));
    int entry = 4 + 2 * slot;
    if (entry + Short.BYTES > tableBytes) {
      return 0;
    }
    check(bytes, table + entry, Short.BYTES);
    int offset = Short.toUnsignedInt(bytes.getShort((int) table + entry));
    if (offset == 0) {
      return 0;
    }
    check(bytes, (long) position + offset, count);
    return position + offset;
  }

  int getByte(int slot, int absent) {
    int at = field(slot, Byte.BYTES);
    return at == 0 ? absent : bytes.get(at);
  }

  int getShort(int slot, int absent) {
    int at = field(slot, Short.BYTES);
    return at == 0 ? absent : bytes.getShort(at);
  }

  int getInt(int slot, int absent) {
    int at = field(slot, Integer.BYTES);
    return at == 0 ? absent : bytes.getInt(at);
  }

  long getLong(int slot, long absent) {
    int at = field(slot, Long.BYTES);
    return at == 0 ? absent : bytes.getLong(at);
  }

  /** Replaces a field that is there. */
  void putLong(int slot, long value) {
    int at = field(slot, Long.BYTES);
    if (at == 0) {
      throw new IllegalArgumentException("expected a field %d, found none".formatted(slot));
    }
    bytes.putLong(at, value);
  }

  /**
   * Makes a field absent. Tables of one layout may share what says where their fields are: none of
   * the others that are in use may do so.
   */
  void remove(int slot, FlatTable... others) {
    int table = position - bytes.getInt(position);
    for (FlatTable other : others) {
      if (other.position - other.bytes.getInt(other.position) == table) {
        throw new IllegalArgumentException("expected tables of different layouts, found one twice");
      }
    }
    if (has(slot)) {
      bytes.putShort(table + 4 + 2 * slot, (short) 0);
    }
  }

  boolean has(int slot) {
    return field(slot, 1) != 0;
  }

  /** The table that a field refers to. */
  FlatTable table(int slot, String what) {
    int at = field(slot, Integer.BYTES);
    if (at == 0) {
      throw new IllegalArgumentException("expected " + what + ", found none");
    }
    return follow(bytes, at);
  }

  /** The vector that a field refers to; an empty one if it is absent. */
  Vector vector(int slot, int itemBytes) {
    int at = field(slot, Integer.BYTES);
    if (at == 0) {
      return new Vector(bytes, 0, 0, itemBytes);
    }
    int start = follow(bytes, at).position;
    long count = Integer.toUnsignedLong(bytes.getInt(start));
    check(bytes, start + (long) Integer.BYTES, count * itemBytes);
    return new Vector(bytes, start + Integer.BYTES, (int) count, itemBytes);
  }

  /** The text that a field refers to; empty if it is absent. */
  String text(int slot, int mostBytes) {
    Vector text = vector(slot, 1);
    if (text.count > mostBytes) {
      throw new IllegalArgumentException(
          "expected names of at most %d bytes in all, found one of %d more"
              .formatted(mostBytes, text.count));
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(bytes.slice(text.position, text.count))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("expected names in UTF-8, found other bytes", e);
    }
  }
}

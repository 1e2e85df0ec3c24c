package io.penstock.internal.format.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes flatbuffers, such as no library would write among them: offsets are set afterwards. */
final class FlatWriter {
  /** A field that refers to something that is written later. */
  static final Object REFERENCE = new Object();

  private ByteBuffer bytes = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);

  /** Begins with the place of the root. */
  FlatWriter() {
    bytes.putInt(0);
  }

  private void room(int count) {
    if (bytes.remaining() < count) {
      ByteBuffer more =
          ByteBuffer.allocate(2 * bytes.capacity() + count).order(ByteOrder.LITTLE_ENDIAN);
      bytes = more.put(bytes.flip());
    }
  }

  private static int size(Object field) {
    return switch (field) {
      case Byte _ -> 1;
      case Short _ -> 2;
      case Long _ -> 8;
      default -> 4;
    };
  }

  /** A table of numbers and references; null for an absent field. Returns its place. */
  int table(Object... fields) {
    room(1 << 10);
    int start = bytes.position();
    int table = start + 4 + 2 * fields.length;
    bytes.putShort((short) (table - start));
    int end = 4;
    int[] places = new int[fields.length];
    for (int i = 0; i < fields.length; i++) {
      places[i] = fields[i] == null ? 0 : end;
      end += fields[i] == null ? 0 : size(fields[i]);
    }
    bytes.putShort((short) end);
    for (int place : places) {
      bytes.putShort((short) place);
    }
    bytes.putInt(table - start);
    for (Object field : fields) {
      switch (field) {
        case null -> {}
        case Byte number -> bytes.put(number);
        case Short number -> bytes.putShort(number);
        case Long number -> bytes.putLong(number);
        case Integer number -> bytes.putInt(number);
        default -> bytes.putInt(0);
      }
    }
    return table;
  }

  /** Lets a field of a table refer to a place. */
  void refer(int table, int slot, int target) {
    int vtable = table - bytes.getInt(table);
    int at = table + bytes.getShort(vtable + 4 + 2 * slot);
    bytes.putInt(at, target - at);
  }

  /** A vector of structs, as their numbers. */
  int longs(int count, long... numbers) {
    room(4 + 8 * numbers.length);
    int start = bytes.position();
    bytes.putInt(count);
    Arrays.stream(numbers).forEach(bytes::putLong);
    return start;
  }

  /** A vector of references, all to the same table, which comes later. */
  int references(int count) {
    room(4 + 4 * count);
    int start = bytes.position();
    bytes.putInt(count).position(start + 4 + 4 * count);
    return start;
  }

  /** Lets all references of a vector refer to a place behind it, as they must. */
  void referAll(int vector, int target) {
    for (int i = 0; i < bytes.getInt(vector); i++) {
      int at = vector + 4 + 4 * i;
      bytes.putInt(at, target - at);
    }
  }

  int text(String text) {
    room(4 + text.length());
    int start = bytes.position();
    bytes.putInt(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    return start;
  }

  /** All of it, a multiple of 8 bytes. */
  byte[] finish(int root) {
    bytes.putInt(0, root);
    return Arrays.copyOf(bytes.array(), (bytes.position() + 7) / 8 * 8);
  }
}

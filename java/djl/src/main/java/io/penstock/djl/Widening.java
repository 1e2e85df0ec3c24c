package io.penstock.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.penstock.array.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Copies integers that DJL's engines do not take to the next wider type. */
enum Widening {
  /** Of int16. */
  SHORT(2, DataType.INT32),
  /** Of uint16: tokens, mostly. */
  UNSIGNED_SHORT(2, DataType.INT32),
  /** Of uint32. */
  UNSIGNED_INT(4, DataType.INT64);

  final DataType type;
  private final int sizeBytes;

  Widening(int sizeBytes, DataType type) {
    this.sizeBytes = sizeBytes;
    this.type = type;
  }

  /** The widening that such elements need; null if none. */
  static Widening of(ElementType type) {
    return switch (type.kind()) {
      case INTEGER -> type.sizeBytes() == 2 ? SHORT : null;
      case UNSIGNED ->
          switch (type.sizeBytes()) {
            case 2 -> UNSIGNED_SHORT;
            case 4 -> UNSIGNED_INT;
            default -> null;
          };
      default -> null;
    };
  }

  /**
   * Widens all elements.
   *
   * @param elements in native order
   * @return a new direct buffer from its beginning
   * @throws ArithmeticException if that is more than a buffer holds
   */
  ByteBuffer of(MemorySegment elements, NDManager manager) {
    int count = (int) (elements.byteSize() / sizeBytes);
    int bytes = Math.multiplyExact(count, type.getNumOfBytes());
    ByteBuffer buffer = manager.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    if (this == UNSIGNED_INT) {
      LongBuffer longs = buffer.asLongBuffer();
      for (int i = 0; i < count; i++) {
        int element = elements.get(ValueLayout.JAVA_INT_UNALIGNED, (long) i * Integer.BYTES);
        longs.put(i, Integer.toUnsignedLong(element));
      }
      return buffer;
    }
    IntBuffer ints = buffer.asIntBuffer();
    int mask = this == SHORT ? -1 : 0xffff;
    for (int i = 0; i < count; i++) {
      short element = elements.get(ValueLayout.JAVA_SHORT_UNALIGNED, (long) i * Short.BYTES);
      ints.put(i, element & mask);
    }
    return buffer;
  }
}

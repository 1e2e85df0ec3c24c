package io.penstock.internal.dataset;

import io.penstock.array.ElementType;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Integers in a mapped file.
 *
 * @param path for messages
 * @param mapping of the whole file
 * @param offsetBytes where the first lies
 * @param strideBytes from one to the next
 * @param type of 1 to 8 bytes
 */
public record MappedIntegers(
    Path path, MemorySegment mapping, long offsetBytes, long strideBytes, ElementType type) {
  /** The mapping has the file's first size. */
  void checkWhole(String column, long index) {
    try {
      if (Files.size(path) < mapping.byteSize()) {
        throw cutShort(column, index, null);
      }
    } catch (IOException e) {
      throw cutShort(column, index, e);
    }
  }

  PenstockException cutShort(String column, long index, Throwable cause) {
    return PenstockException.about(
        ErrorKind.FILE_CHANGED,
        path,
        "record %d of column '%s': expected its offset in the mapped file, found that the file"
                .formatted(index, column)
            + " was cut short: copy or make it again, then open the dataset again",
        cause);
  }

  /** Whether one of the numbers from first to last, both included, has a byte in a range. */
  boolean isIn(Path file, long first, long last, long from, long to) {
    long start = offsetBytes + first * strideBytes;
    long end = offsetBytes + last * strideBytes + type.sizeBytes();
    return start < to && end > from && path.equals(file);
  }

  long get(long i) {
    return number(mapping, offsetBytes + i * strideBytes, type);
  }

  /**
   * Reads an integer.
   *
   * @param bytes that it is in
   * @param at where
   * @param type of 1 to 8 bytes
   * @return its value; unsigned ones of 64 bits as they are
   */
  public static long number(MemorySegment bytes, long at, ElementType type) {
    boolean isSigned = type.kind() == ElementType.Kind.INTEGER;
    boolean isTurned = !type.isNativeOrder();
    return switch (type.sizeBytes()) {
      case 1 -> bytes.get(ValueLayout.JAVA_BYTE, at) & (isSigned ? -1L : 0xff);
      case 2 -> {
        short number = bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
        yield (isTurned ? Short.reverseBytes(number) : number) & (isSigned ? -1L : 0xffff);
      }
      case 4 -> {
        int number = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        yield (isTurned ? Integer.reverseBytes(number) : number) & (isSigned ? -1L : 0xffff_ffffL);
      }
      default -> {
        long number = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
        yield isTurned ? Long.reverseBytes(number) : number;
      }
    };
  }

  /** Whether such numbers can be read: integers of at most 8 bytes. */
  static boolean canRead(ElementType type) {
    return type.kind() == ElementType.Kind.INTEGER || type.kind() == ElementType.Kind.UNSIGNED;
  }
}

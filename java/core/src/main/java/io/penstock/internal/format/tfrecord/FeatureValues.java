package io.penstock.internal.format.tfrecord;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What one record has of one feature: how many values, where they lie, and the first of them. */
final class FeatureValues {
  /** How many bytes of decoded numbers are kept. */
  static final int MOST_KEPT_BYTES = 16;

  private final ByteBuffer kept =
      ByteBuffer.allocate(MOST_KEPT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private FeatureKind kind;
  private long count;
  private long from;
  private long bytes;
  private boolean isInPlace;

  /** No list yet. */
  void clear() {
    kind = null;
    count = 0;
  }

  /** A list begins, or is continued if it is of the same kind as before. */
  void list(FeatureKind itsKind) {
    if (kind != itsKind) {
      kind = itsKind;
      count = 0;
      from = 0;
      bytes = 0;
      isInPlace = true;
      kept.clear();
    }
  }

  /**
   * More values, at some place.
   *
   * @param position of the first
   * @param values how many
   * @param valueBytes of all of them
   */
  void add(long position, long values, long valueBytes) {
    if (values == 0) {
      return;
    }
    if (count == 0) {
      from = position;
    }
    isInPlace &= position == from + bytes;
    bytes += valueBytes;
    count += values;
  }

  /** More integers, which have no place. */
  void addInts(long values) {
    count += values;
  }

  boolean keepsMore(int numberBytes) {
    return kept.remaining() >= numberBytes;
  }

  void keep(int bits) {
    if (keepsMore(Integer.BYTES)) {
      kept.putInt(bits);
    }
  }

  void keep(long value) {
    if (keepsMore(Long.BYTES)) {
      kept.putLong(value);
    }
  }

  /** Null if there is no list. */
  FeatureKind kindOrNull() {
    return kind;
  }

  long count() {
    return count;
  }

  /** Where the first value lies. */
  long from() {
    return from;
  }

  /** Size of all values. */
  long bytes() {
    return bytes;
  }

  /** Whether they lie one after another. */
  boolean isInPlace() {
    return isInPlace;
  }

  /** The numbers that were kept: all of them, if they are few. */
  ByteBuffer kept() {
    return kept.flip();
  }
}

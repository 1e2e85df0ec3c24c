package io.penstock.sampler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.IntToLongFunction;

/** Digests that stand for long lists of numbers in descriptions. */
final class Digests {
  /** Enough to distinguish two lists; collisions on purpose are not a concern. */
  private static final int DIGITS = 16;

  private static final int BUFFER_NUMBERS = 1024;

  private Digests() {}

  static String of(long[] numbers) {
    return of(numbers.length, i -> numbers[i]);
  }

  static String of(double[] numbers) {
    return of(numbers.length, i -> Double.doubleToLongBits(numbers[i]));
  }

  /** The first digits of the SHA-256 of numbers as 64 bits, little-endian. */
  static String of(int count, IntToLongFunction numbers) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    ByteBuffer buffer =
        ByteBuffer.allocate(BUFFER_NUMBERS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      buffer.putLong(numbers.applyAsLong(i));
      if (!buffer.hasRemaining() || i == count - 1) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }
}

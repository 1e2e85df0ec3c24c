package io.penstock.sampler;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;

/**
 * Arrays with an entry for each record. If the heap has no room for one, the error says what it is
 * for, how large it is, and which option makes room.
 */
final class HeapArrays {
  private static final long GIB = 1L << 30;

  /** The JVM's own objects, and the command line's. */
  private static final long OTHERS_BYTES = 256L << 20;

  private HeapArrays() {}

  static long[] longs(int count, String of) {
    try {
      return new long[count];
    } catch (OutOfMemoryError e) {
      throw noRoom(count, Long.BYTES, of, e);
    }
  }

  static double[] doubles(int count, String of) {
    try {
      return new double[count];
    } catch (OutOfMemoryError e) {
      throw noRoom(count, Double.BYTES, of, e);
    }
  }

  static int[] ints(int count, String of) {
    try {
      return new int[count];
    } catch (OutOfMemoryError e) {
      throw noRoom(count, Integer.BYTES, of, e);
    }
  }

  private static PenstockException noRoom(
      int count, int bytesEach, String of, OutOfMemoryError cause) {
    long bytes = (long) count * bytesEach;
    // Collectors divide the heap, and an array must fit into one of its parts: 2/3 at worst.
    long heapBytes = bytes + bytes / 2 + OTHERS_BYTES;
    return new PenstockException(
        ErrorKind.RESOURCE_LIMIT,
        ("expected room in Java's heap for %d %s, %d bytes of %d each, found none in a heap of at"
             + " most %d bytes: start Java with a larger one, as -Xmx%dg (java/bin/penstock takes"
             + " it from PENSTOCK_JAVA_OPTS)")
            .formatted(
                count,
                of,
                bytes,
                bytesEach,
                Runtime.getRuntime().maxMemory(),
                Math.ceilDiv(heapBytes, GIB)),
        cause);
  }
}

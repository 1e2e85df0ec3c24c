package io.penstock.internal.format.tar;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The keys that an archive had so far, to find one that comes again.
 *
 * <p>Keeps 64 bits of each, in a table of at most 32 MiB: of the first two and a half million keys.
 * That two of them have the same bits by chance happens to one archive of this size in six million.
 */
final class SampleKeys {
  private static final int FIRST_PLACES = 1 << 10;
  private static final int MOST_PLACES = 1 << 22;
  private static final long FACTOR = 0x9e3779b97f4a7c15L;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** At the place that the last bits of a hash say, or the next free one; 0 is free. */
  private long[] hashes = new long[FIRST_PLACES];

  private int count;

  /**
   * Adds a key.
   *
   * @return false if it was there
   */
  boolean add(byte[] bytes, int length) {
    long hash = hash(bytes, length);
    int place = place(hashes, hash);
    if (hashes[place] == hash) {
      return false;
    }
    if (count < hashes.length / 5 * 3) {
      hashes[place] = hash;
      count++;
    } else if (hashes.length < MOST_PLACES) {
      grow();
      hashes[place(hashes, hash)] = hash;
      count++;
    }
    return true;
  }

  private void grow() {
    long[] larger = new long[2 * hashes.length];
    for (long hash : hashes) {
      if (hash != 0) {
        larger[place(larger, hash)] = hash;
      }
    }
    hashes = larger;
  }

  private static int place(long[] hashes, long hash) {
    int place = (int) hash & (hashes.length - 1);
    while (hashes[place] != 0 && hashes[place] != hash) {
      place = (place + 1) & (hashes.length - 1);
    }
    return place;
  }

  private static long hash(byte[] bytes, int length) {
    long hash = length * FACTOR;
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      hash = mix(hash ^ (long) LONGS.get(bytes, i));
    }
    long rest = 0;
    for (; i < length; i++) {
      rest = (rest << 8) | (bytes[i] & 0xff);
    }
    hash = mix(mix(hash ^ rest));
    return hash == 0 ? FACTOR : hash;
  }

  private static long mix(long hash) {
    long product = hash * FACTOR;
    return product ^ (product >>> 32);
  }
}

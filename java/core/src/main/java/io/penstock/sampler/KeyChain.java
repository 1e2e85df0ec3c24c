package io.penstock.sampler;

import java.nio.charset.StandardCharsets;

/**
 * Keys hashed from a label and some numbers: what ORDER.md calls a chain.
 *
 * <p>The numbers are hashed one after the other and never added: seed 0 in epoch 1 must differ from
 * seed 1 in epoch 0. Labels keep the keys of different orders, versions and purposes apart.
 */
final class KeyChain {
  private static final int LABEL_BYTES = 8;

  private KeyChain() {}

  /** The bytes of eight ASCII characters, as a big-endian number. */
  static long label(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length != LABEL_BYTES) {
      throw new IllegalArgumentException("a label must have 8 characters, was '" + text + "'");
    }
    long label = 0;
    for (byte b : bytes) {
      label = (label << 8) | b;
    }
    return label;
  }

  /** Key number i, from 0. */
  static long key(long label, int i, long... words) {
    long key = FeistelNetwork.mix(label + (i + 1) * FeistelNetwork.GAMMA);
    for (long word : words) {
      key = FeistelNetwork.mix(key + word);
    }
    return key;
  }

  /** Key 0 of three numbers, without an array for them: for lookups of single indices. */
  static long keyOf(long label, long first, long second, long third) {
    long key = FeistelNetwork.mix(label + FeistelNetwork.GAMMA);
    key = FeistelNetwork.mix(key + first);
    key = FeistelNetwork.mix(key + second);
    return FeistelNetwork.mix(key + third);
  }

  /** The first keys. Each is a chain of its own: two lists are equal only if all chains collide. */
  static long[] keys(long label, int count, long... words) {
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      keys[i] = key(label, i, words);
    }
    return keys;
  }

  /** Number i of the generator that starts from a key: uniform in [0, bound), if bound is small. */
  static long draw(long key, long i, long bound) {
    return Math.unsignedMultiplyHigh(FeistelNetwork.mix(key + i * FeistelNetwork.GAMMA), bound);
  }
}

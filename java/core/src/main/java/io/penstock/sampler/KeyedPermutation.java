package io.penstock.sampler;

import java.lang.foreign.MemorySegment;

/**
 * A permutation of [0, size): a network and the keys that it is used with. Another one for each
 * tweak, a number that should be hashed. Immutable.
 */
final class KeyedPermutation {
  private final FeistelNetwork network;
  private final long[] keys;

  /** As many keys of the label and words as the network has rounds. */
  KeyedPermutation(long size, long label, long... words) {
    this.network = new FeistelNetwork(size);
    this.keys = KeyChain.keys(label, FeistelNetwork.rounds(network.side()), words);
  }

  long size() {
    return network.size();
  }

  long forward(long tweak, long position) {
    // Of one there is one order, which the network would find by walking: a square of 4 for 1.
    return network.size() == 1 ? 0 : network.forward(keys, tweak, position);
  }

  long backward(long tweak, long index) {
    return network.size() == 1 ? 0 : network.backward(keys, tweak, index);
  }

  void fill(long tweak, long position, MemorySegment indices, int at, int count) {
    network.fill(keys, tweak, position, indices, at, count);
  }
}

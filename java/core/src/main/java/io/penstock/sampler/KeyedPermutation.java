package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A permutation of [0, size): a network with its keys. Each tweak, which should be a hashed number,
 * gives another one. Immutable.
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
    // One record has one order; the network would find it by walking through a square of 4.
    return network.size() == 1 ? 0 : network.forward(keys, tweak, position);
  }

  long backward(long tweak, long index) {
    return network.size() == 1 ? 0 : network.backward(keys, tweak, index);
  }

  /** What makes {@link #fill} with this tweak cheaper, if most of the permutation is asked for. */
  @Nullable RoundTable table(long tweak) {
    return RoundTable.isWorth(network.side()) ? network.table(keys, tweak) : null;
  }

  void fill(long tweak, long position, MemorySegment indices, int at, int count) {
    network.fill(keys, tweak, position, indices, at, count);
  }
}

package io.penstock.sampler;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The windows that a block shuffle delivers, as tests look at them. */
public final class BlockWindows {
  private BlockWindows() {}

  /** The records of each window of an epoch, made from lists as a reader would make them. */
  public static List<long[]> windows(BlockShuffle sampler, long epoch) {
    long size = sampler.positionCount();
    long[] words = {size, sampler.blockRecords(), sampler.windowBlocks(), sampler.seed(), epoch};
    long offset = KeyChain.draw(KeyChain.key(KeyChain.label("block1:o"), 0, words), 0, size);
    List<long[]> blocks = new ArrayList<>();
    for (long start = 0; start < size; start += sampler.blockRecords()) {
      blocks.add(
          LongStream.range(start, Math.min(size, start + sampler.blockRecords()))
              .map(i -> (offset + i) % size)
              .toArray());
    }
    int windowCount = Math.ceilDiv(blocks.size(), sampler.windowBlocks());
    long windowKey = KeyChain.key(KeyChain.label("block1:w"), 0, words);
    var blockOrder = new KeyedPermutation(blocks.size(), KeyChain.label("block1:b"), words);
    List<long[]> windows = new ArrayList<>();
    int next = 0;
    for (int window = 0; window < windowCount; window++) {
      int count = blocks.size() / windowCount + (window < blocks.size() % windowCount ? 1 : 0);
      LongStream all = LongStream.empty();
      for (int i = 0; i < count; i++) {
        all =
            LongStream.concat(all, LongStream.of(blocks.get((int) blockOrder.forward(0, next++))));
      }
      long[] records = all.toArray();
      long tweak = FeistelNetwork.mix(windowKey + window * FeistelNetwork.GAMMA);
      var order = new KeyedPermutation(records.length, KeyChain.label("block1:r"), words);
      windows.add(
          LongStream.range(0, records.length)
              .map(i -> records[(int) order.forward(tweak, i)])
              .toArray());
    }
    return windows;
  }
}

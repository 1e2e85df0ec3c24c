package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Windows that cut a stream of tokens at other places in each epoch, in shuffled order: each epoch
 * goes through the stream once, and over many epochs a window begins at every token.
 *
 * <p>Its records are the windows with a stride of one token, so that any of them can be told by an
 * index: those of {@link #windows}. Epoch by epoch they begin at a keyed offset and {@code
 * strideTokens} after one another, as many in each. Thread-safe.
 */
public final class WindowShuffle implements Sampler {
  private static final long OFFSET_LABEL = KeyChain.label("window1o");

  private final TokenWindows windows;
  private final long strideTokens;
  private final FullShuffle order;

  /** Places that the first window of an epoch may begin at. */
  private final long offsets;

  /**
   * The shuffled windows of a stream.
   *
   * @param tokenCount tokens of the stream, from 1 to 2^48
   * @param windowTokens tokens of a window, from 1 to tokenCount
   * @param strideTokens from the beginning of a window to that of the next one in the stream
   * @param seed any number; neighbouring seeds give unrelated orders
   * @throws IllegalArgumentException if an option is out of range
   */
  public WindowShuffle(long tokenCount, long windowTokens, long strideTokens, long seed) {
    // The stride is checked as that of windows, and then every place may begin one.
    TokenWindows cut = new TokenWindows(tokenCount, windowTokens, strideTokens);
    this.windows = new TokenWindows(tokenCount, windowTokens, 1);
    this.strideTokens = cut.strideTokens();
    long count = Math.max(1, windows.recordCount() / strideTokens);
    this.order = new FullShuffle(count, seed);
    this.offsets = windows.recordCount() - (count - 1) * strideTokens;
  }

  /**
   * What its indices number.
   *
   * @return windows that begin at every token
   */
  public TokenWindows windows() {
    return windows;
  }

  @Override
  public long recordCount() {
    return windows.recordCount();
  }

  @Override
  public long size() {
    return order.size();
  }

  @Override
  public long seed() {
    return order.seed();
  }

  @Override
  public String description() {
    return "windows/1;windowTokens=%s;strideTokens=%s(%s)"
        .formatted(windows.windowTokens(), strideTokens, order.description());
  }

  @Override
  public long index(long epoch, long position) {
    return offset(epoch) + order.index(epoch, position) * strideTokens;
  }

  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(index, recordCount());
    long from = index - offset(epoch);
    long window = from / strideTokens;
    boolean isCut = from >= 0 && from % strideTokens == 0 && window < order.size();
    return isCut ? order.position(epoch, window) : -1;
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    order.fill(epoch, position, indices, count);
    long offset = offset(epoch);
    for (int i = 0; i < count; i++) {
      long window = indices.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, offset + window * strideTokens);
    }
  }

  private long offset(long epoch) {
    long key = KeyChain.keyOf(OFFSET_LABEL, recordCount(), strideTokens, seed());
    return KeyChain.draw(FeistelNetwork.mix(key + epoch), 0, offsets);
  }

  @Override
  public String toString() {
    return "WindowShuffle[windows=%s, strideTokens=%d, seed=%d]"
        .formatted(windows, strideTokens, seed());
  }
}

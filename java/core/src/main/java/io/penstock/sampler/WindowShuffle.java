package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Cuts a stream of tokens into windows at other places in each epoch, and shuffles them: each epoch
 * goes through the stream once, and over many epochs a window begins at every token.
 *
 * <p>Its records are the windows with a stride of one token, {@link #windows}, so that an index can
 * name any of them. In each epoch they begin at a keyed offset and {@code strideTokens} apart; all
 * epochs have the same number of windows. Thread-safe.
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
   * @param windowTokens number of tokens in a window, from 1 to tokenCount
   * @param strideTokens number of tokens from the beginning of a window to the beginning of the
   *     next in the stream
   * @param seed any number; neighbouring seeds give unrelated orders
   * @throws IllegalArgumentException if an option is out of range
   */
  public WindowShuffle(long tokenCount, long windowTokens, long strideTokens, long seed) {
    // Checks the stride like that of windows; then a window may begin at any place.
    TokenWindows cut = new TokenWindows(tokenCount, windowTokens, strideTokens);
    this.windows = new TokenWindows(tokenCount, windowTokens, 1);
    this.strideTokens = cut.strideTokens();
    long count = Math.max(1, windows.recordCount() / strideTokens);
    this.order = new FullShuffle(count, seed);
    this.offsets = windows.recordCount() - (count - 1) * strideTokens;
  }

  /**
   * The windows that its indices number.
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
  public long positionCount() {
    return order.positionCount();
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
    boolean isCut = from >= 0 && from % strideTokens == 0 && window < order.positionCount();
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

package io.penstock.sampler;

import java.util.Objects;

/**
 * Windows over a stream of tokens, as records: window i begins {@code i * strideTokens} tokens into
 * the stream. If the stride is smaller than a window, windows overlap, and a record starts at an
 * offset that is not a multiple of its size.
 *
 * <p>For language models a window is the context plus the one token to predict at its end: to train
 * on blocks of 1024 tokens, take windows of 1025. With a stride of 1 a record begins at every
 * token; a full shuffle of these gives random windows, none of which comes twice before all have
 * come. A stride as large as the context cuts the stream into adjacent records; {@link
 * WindowShuffle} cuts it at other places in each epoch. Immutable.
 *
 * @param tokenCount tokens of the stream, at least 1
 * @param windowTokens number of tokens in a window, from 1 to tokenCount
 * @param strideTokens number of tokens from the beginning of a window to the beginning of the next,
 *     at least 1
 */
public record TokenWindows(long tokenCount, long windowTokens, long strideTokens) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option, its rule and the value
   */
  public TokenWindows {
    if (tokenCount < 1 || tokenCount > Arguments.MAX_RECORDS) {
      throw new IllegalArgumentException("tokenCount must be from 1 to 2^48, was " + tokenCount);
    }
    if (windowTokens < 1 || windowTokens > tokenCount) {
      throw new IllegalArgumentException(
          "windowTokens must be from 1 to the %d tokens of the stream, was %d"
              .formatted(tokenCount, windowTokens));
    }
    if (strideTokens < 1) {
      throw new IllegalArgumentException("strideTokens must be at least 1, was " + strideTokens);
    }
  }

  /**
   * How many windows there are that end within the stream.
   *
   * @return at least 1
   */
  public long recordCount() {
    return (tokenCount - windowTokens) / strideTokens + 1;
  }

  /**
   * Where a window begins.
   *
   * @param index of the window, from 0 up to but not including {@link #recordCount}
   * @return tokens before it
   */
  public long offsetTokens(long index) {
    return Objects.checkIndex(index, recordCount()) * strideTokens;
  }
}

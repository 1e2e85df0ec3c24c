package io.penstock.sampler;

import java.util.Objects;

/**
 * Windows of so many tokens over a stream of them, seen as records: window i begins {@code i *
 * strideTokens} tokens into the stream. Windows may overlap, and do where the stride is smaller
 * than they are: a record is then read at an offset that is no multiple of its size.
 *
 * <p>For language models a window is what a step looks at plus the token that is to be foretold at
 * its end: to train on blocks of 1024 tokens take windows of 1025. A stride of 1 makes every place
 * of the stream the beginning of a record; shuffled in full these are random windows, and none
 * comes twice before all have come. A stride as large as the window (less that one token) cuts the
 * stream into as many records as there are; {@link WindowShuffle} cuts it at other places in each
 * epoch. Immutable.
 *
 * @param tokenCount tokens of the stream, at least 1
 * @param windowTokens tokens of a window, from 1 to tokenCount
 * @param strideTokens from the beginning of a window to that of the next one, at least 1
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

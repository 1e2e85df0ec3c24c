package io.penstock.internal.dataset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Has the processor fetch a record from memory by reading a byte of its lines: what Java has
 * instead of an instruction to prefetch.
 *
 * <p>Loads do not wait for each other, so that a few records touched in a row arrive in the time of
 * one. Of a large record the first lines are enough: the processor goes on by itself when it sees
 * lines read one after another.
 */
public final class TouchedLines {
  private static final int LINE_BYTES = 64;

  /** As many lines of a record are touched at most. */
  private static final int MOST_BYTES = 16 * LINE_BYTES;

  private TouchedLines() {}

  /**
   * Touches a record.
   *
   * @param file mapped
   * @param offset where it begins
   * @param length its size
   * @return a sum of bytes, which the caller must use: the compiler drops loads that nobody needs
   */
  public static long sum(MemorySegment file, long offset, long length) {
    int end = (int) Math.min(length, MOST_BYTES);
    long sum = 0;
    for (int at = 0; at < end; at += LINE_BYTES) {
      sum += file.get(ValueLayout.JAVA_BYTE, offset + at);
    }
    return sum;
  }
}

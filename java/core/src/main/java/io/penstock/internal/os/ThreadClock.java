package io.penstock.internal.os;

import java.io.IOException;
import java.io.RandomAccessFile;

/**
 * Processor time of the thread that opened it, user and system, read from the kernel.
 *
 * <p>It exists because mapped reading has no C reader to ask, and java.management is not worth a
 * dependency of the module. Reading allocates nothing.
 */
public final class ThreadClock implements AutoCloseable {
  private final RandomAccessFile file;
  private final byte[] text = new byte[64];
  private final long startNanos;

  private ThreadClock(RandomAccessFile file) {
    this.file = file;
    this.startNanos = Math.max(0, read());
  }

  /** Starts at 0. Without scheduler statistics in the kernel, the clock says -1. */
  public static ThreadClock start() {
    return new ThreadClock(openOrNull());
  }

  /** Nanoseconds since the start; -1 if the kernel does not report them. */
  public long nanos() {
    long now = read();
    return now < 0 ? -1 : now - startNanos;
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a file of /proc could not be closed", e);
    }
  }

  private static RandomAccessFile openOrNull() {
    try {
      return new RandomAccessFile("/proc/thread-self/schedstat", "r");
    } catch (IOException e) {
      return null;
    }
  }

  /** The first number of the line. */
  private long read() {
    try {
      if (file == null) {
        return -1;
      }
      file.seek(0);
      int length = file.read(text);
      long value = 0;
      for (int i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        value = value * 10 + text[i] - '0';
      }
      return length > 0 ? value : -1;
    } catch (IOException e) {
      return -1;
    }
  }
}

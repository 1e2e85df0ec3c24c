package io.penstock.bench.folder;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that read files in a given order, each the next one that nobody has begun with, into a
 * buffer of its own: the fastest that plain Java does. Nothing is put in order or handed over.
 */
final class PlainLoop {
  private static final int BUFFER_BYTES = 1 << 20;

  /** Files that a thread takes at once, so that they do not wait for one counter. */
  private static final int AT_ONCE = 32;

  private final String[] paths;
  private final int[] order;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong sum = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  PlainLoop(String[] paths, int[] order) {
    this.paths = paths;
    this.order = order;
  }

  /** Reads all; returns the sum of the files' numbers as they were found in them. */
  long run(int threadCount) throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < threadCount; i++) {
      threads.add(Thread.ofPlatform().daemon().start(this::read));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new IOException("a file could not be read", failure.get());
    }
    return sum.get();
  }

  private void read() {
    byte[] buffer = new byte[BUFFER_BYTES];
    ByteBuffer numbers = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
    long found = 0;
    try {
      int first = next.getAndAdd(AT_ONCE);
      while (first < order.length) {
        for (int i = first; i < Math.min(first + AT_ONCE, order.length); i++) {
          try (FileInputStream file = new FileInputStream(paths[order[i]])) {
            int length = file.read(buffer);
            found += numbers.getLong(0) ^ numbers.getLong(length - Long.BYTES);
          }
        }
        first = next.getAndAdd(AT_ONCE);
      }
      sum.addAndGet(found);
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }
}

package io.penstock.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches how much anonymous memory this process has in use: heap, stacks, buffers, but no pages of
 * files.
 *
 * <p>A thread of its own looks every 50 ms, which costs it some 50 us each time; a peak that is
 * over sooner is missed, but what a loader allocates stays.
 */
public final class MemorySampler implements AutoCloseable {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern ANONYMOUS = Pattern.compile("(?m)^RssAnon:\\s*([0-9]+) kB$");
  private static final long INTERVAL_MILLIS = 50;

  private final Thread thread = Thread.ofPlatform().daemon().name("memory").unstarted(this::watch);
  private long peakBytes = -1;
  private boolean isClosed;

  private MemorySampler() {}

  public static MemorySampler start() {
    MemorySampler sampler = new MemorySampler();
    sampler.sample();
    sampler.thread.start();
    return sampler;
  }

  /** Looks once more, and says the most that was seen; -1 where the kernel does not tell. */
  public long peakBytes() {
    sample();
    synchronized (this) {
      return peakBytes;
    }
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    notifyAll();
  }

  private synchronized void watch() {
    while (!isClosed) {
      sample();
      try {
        wait(INTERVAL_MILLIS);
      } catch (InterruptedException e) {
        // No other code has this thread, so it is not interrupted; if it were, it should end.
        isClosed = true;
      }
    }
  }

  private synchronized void sample() {
    try {
      Matcher line = ANONYMOUS.matcher(Files.readString(STATUS));
      if (line.find()) {
        peakBytes = Math.max(peakBytes, Long.parseLong(line.group(1)) * 1024);
      }
    } catch (IOException e) {
      // No /proc, or no descriptor left for it: then the peak is of what was seen, or not known.
      isClosed = true;
    }
  }
}

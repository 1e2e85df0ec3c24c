package io.penstock.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Samples the anonymous memory of this process: heap, stacks and buffers, without pages of files.
 *
 * <p>Its own thread samples every 50 ms, which takes some 50 us. A shorter peak may be missed, but
 * memory that a loader allocates stays allocated.
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

  /** Samples once more and returns the peak; -1 if the kernel does not tell. */
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
        // Nobody else has this thread; if it is interrupted all the same, it should end.
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
      // No /proc, or no free descriptor: the peak is that of earlier samples, or unknown.
      isClosed = true;
    }
  }
}

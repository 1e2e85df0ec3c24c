package io.penstock.bench.cold;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Watches processes: their processor time, and the most anonymous memory they had resident at a
 * time, all together.
 *
 * <p>Pages of mapped files are not counted: they are the page cache's. Memory is sampled, every 20
 * ms, by a thread of this object; that costs the machine about 0.3 % of a core.
 */
public final class ProcessMeter implements AutoCloseable {
  private static final long PERIOD_NANOS = 20_000_000;

  /** Unit of times in /proc/PID/stat; the same on all machines of today. */
  private static final double TICKS_PER_SECOND = 100;

  private final List<Long> processes;
  private final boolean hasChildren;
  private final Thread sampler;
  private volatile boolean isStopped;
  private volatile long peakBytes;

  /**
   * Starts watching.
   *
   * @param processes their numbers
   * @param hasChildren whether their child processes count, too
   */
  public ProcessMeter(List<Long> processes, boolean hasChildren) {
    this.processes = List.copyOf(processes);
    this.hasChildren = hasChildren;
    this.sampler = Thread.ofPlatform().daemon().name("memory sampler").start(this::sample);
  }

  /** Forgets the peak so far; returns what is resident now. */
  public long resetPeak() {
    long bytes = residentBytes();
    peakBytes = bytes;
    return bytes;
  }

  public long peakBytes() {
    peakBytes = Math.max(peakBytes, residentBytes());
    return peakBytes;
  }

  /** User and system time of the processes and their children, those that ended included. */
  public double cpuSeconds() {
    double seconds = 0;
    for (long each : pids()) {
      String stat = read(each, "stat");
      if (!stat.isEmpty()) {
        // After the name, which may contain anything: state is field 3, utime 14 to cstime 17.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        for (int field = 11; field <= 14; field++) {
          seconds += Long.parseLong(fields[field]) / TICKS_PER_SECOND;
        }
      }
    }
    return seconds;
  }

  private void sample() {
    while (!isStopped) {
      peakBytes = Math.max(peakBytes, residentBytes());
      LockSupport.parkNanos(PERIOD_NANOS);
    }
  }

  private long residentBytes() {
    long bytes = 0;
    for (long each : pids()) {
      for (String line : read(each, "status").split("\n", -1)) {
        if (line.startsWith("RssAnon:")) {
          bytes += Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    }
    return bytes;
  }

  private long[] pids() {
    Stream<Long> children =
        processes.stream().filter(_ -> hasChildren).flatMap(ProcessMeter::children);
    return Stream.concat(processes.stream(), children).mapToLong(Long::longValue).toArray();
  }

  private static Stream<Long> children(long pid) {
    return ProcessHandle.of(pid)
        .map(ProcessHandle::descendants)
        .orElse(Stream.empty())
        .map(ProcessHandle::pid);
  }

  /** Empty when the process has gone. */
  private static String read(long pid, String name) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), name));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    // A daemon: nothing has to wait for it.
    isStopped = true;
    LockSupport.unpark(sampler);
  }
}

package io.penstock.internal.os;

import java.nio.file.Path;

/**
 * How much memory this process may still take: of the machine, of its control groups, of its limits
 * on address space and data, and less what the Java heap may still grow by. Asked for when a loader
 * or a writer is made, never per batch. Swap does not count: a reader that swaps is slower than one
 * with less memory.
 */
public final class FreeMemory {
  private static final Path PROC = Path.of("/proc");

  /** More than any machine has. */
  private static final long UNTOLD = 1L << 60;

  private FreeMemory() {}

  /**
   * What the page cache may take: of the machine and of the control groups. What it has already is
   * part of it.
   *
   * @return in bytes; 0 if the kernel does not say
   */
  public static long forPages() {
    return forPages(PROC);
  }

  static long forPages(Path proc) {
    long machine = ProcFiles.kibibytes(proc.resolve("meminfo"), "MemAvailable:");
    long groups =
        GroupLimits.leftBytes(proc.resolve("self/cgroup"), proc.resolve("self/mountinfo"));
    return machine == Long.MAX_VALUE ? 0 : Math.min(machine, groups);
  }

  /**
   * What memory outside of the Java heap may take. Where the system does not say, as it does on
   * Linux alone, as much as the heap may take, which by default is a quarter of the machine's.
   *
   * @return in bytes, at least 0
   */
  public static long forBuffers() {
    long left = forBuffers(PROC, heapGrowth());
    return left < UNTOLD ? left : Runtime.getRuntime().maxMemory();
  }

  static long forBuffers(Path proc, long heapGrowth) {
    long pages = ProcFiles.kibibytes(proc.resolve("meminfo"), "MemAvailable:");
    long groups =
        GroupLimits.leftBytes(proc.resolve("self/cgroup"), proc.resolve("self/mountinfo"));
    long left = Math.min(Math.min(pages, groups), limitLeft(proc, "Max data size", "VmData:"));
    // The heap's addresses were reserved when the JVM started.
    return Math.max(
        0, Math.min(left - heapGrowth, limitLeft(proc, "Max address space", "VmSize:")));
  }

  /** What a limit of this process leaves; Long.MAX_VALUE if there is none. */
  private static long limitLeft(Path proc, String limitName, String usedName) {
    for (String line : ProcFiles.lines(proc.resolve("self/limits"))) {
      if (line.startsWith(limitName)) {
        // "Max data size   unlimited   unlimited   bytes": the first is the one that holds.
        String soft = line.substring(limitName.length()).strip().split(" +", 2)[0];
        long limit = ProcFiles.number(soft, Long.MAX_VALUE);
        long used = ProcFiles.kibibytes(proc.resolve("self/status"), usedName);
        return limit == Long.MAX_VALUE || used == Long.MAX_VALUE
            ? Long.MAX_VALUE
            : Math.max(0, limit - used);
      }
    }
    return Long.MAX_VALUE;
  }

  /** The heap may grow to what -Xmx allows; what it uses now is certainly in memory. */
  private static long heapGrowth() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    return Math.max(0, runtime.maxMemory() - used);
  }
}

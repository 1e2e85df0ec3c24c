package io.penstock.internal.engine;

import io.penstock.FileInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Where the data is and where it could be: how much of the files the page cache has, and whether
 * all of them would fit into the memory that is left. Asked for at the start of epochs, never per
 * batch. It must not decide anything: {@link BackendChoice} does.
 *
 * @param fileBytes size of all files
 * @param cachedBytes how much of them is in the page cache; 0 where the kernel does not tell
 * @param availableBytes what the page cache may still take: of the machine, and of the control
 *     group that this process is in
 */
public record Residency(long fileBytes, long cachedBytes, long availableBytes) {
  /** A share this large is called all: a few pages come and go. */
  private static final double CACHED_SHARE = 0.95;

  /** Share of what is left that files may take, so that other uses of memory still find some. */
  private static final double USABLE_SHARE = 0.7;

  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");
  private static final Path GROUPS = Path.of("/proc/self/cgroup");
  private static final Path GROUP_ROOT = Path.of("/sys/fs/cgroup");

  /** Nothing is known: as if nothing were cached, and nothing would fit. */
  public static final Residency UNKNOWN = new Residency(Long.MAX_VALUE, 0, 0);

  /**
   * Asks the kernel.
   *
   * @param files with the cached share as of now
   * @param ownBytes memory that is going to be taken and is not yet
   */
  public static Residency of(List<FileInfo> files, long ownBytes) {
    long size = 0;
    double cached = 0;
    for (FileInfo file : files) {
      size += file.sizeBytes();
      cached += Double.isNaN(file.cachedFraction()) ? 0 : file.cachedFraction() * file.sizeBytes();
    }
    long available = Math.min(machineBytes(MEMORY_INFO), groupBytes(GROUPS, GROUP_ROOT));
    return new Residency(size, (long) cached, Math.max(0, available - ownBytes));
  }

  /** Whether reading need not touch the device. */
  public boolean isCached() {
    return fileBytes > 0 && cachedBytes >= CACHED_SHARE * fileBytes;
  }

  /** Whether the page cache can take all of it and keep it. */
  public boolean fits() {
    return fileBytes <= USABLE_SHARE * availableBytes;
  }

  /** For people. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%.1f of %.1f GB are cached, %.1f GB of memory are left",
        cachedBytes / 1e9,
        fileBytes / 1e9,
        availableBytes / 1e9);
  }

  /** MemAvailable, which counts the page cache as free; none where the kernel does not tell. */
  static long machineBytes(Path memoryInfo) {
    try {
      for (String line : Files.readAllLines(memoryInfo)) {
        if (line.startsWith("MemAvailable:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
      return 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /** What the control group and those above it leave; the page cache counts in a group, as used. */
  static long groupBytes(Path groups, Path root) {
    long least = Long.MAX_VALUE;
    try {
      for (String line : Files.readAllLines(groups)) {
        String[] parts = line.split(":", 3);
        if (parts.length == 3 && parts[0].equals("0")) {
          Path unified = Files.exists(root.resolve("unified")) ? root.resolve("unified") : root;
          least = Math.min(least, leftUpwards(unified, parts[2], "memory.max", "memory.stat"));
        } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
          Path first = root.resolve("memory");
          least =
              Math.min(least, leftUpwards(first, parts[2], "memory.limit_in_bytes", "memory.stat"));
        }
      }
    } catch (IOException e) {
      return least;
    }
    return least;
  }

  private static long leftUpwards(Path root, String group, String limitName, String statName) {
    long least = Long.MAX_VALUE;
    Path at = root.resolve(group.replaceFirst("^/+", "")).normalize();
    while (at != null && at.startsWith(root)) {
      long limit = number(at.resolve(limitName));
      if (limit < Long.MAX_VALUE) {
        least = Math.min(least, Math.max(0, limit - anonymousBytes(at.resolve(statName))));
      }
      at = at.getParent();
    }
    return least;
  }

  /** A number of a file of its own; "max", and a file that is not there, are no limit. */
  private static long number(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Memory that cannot be dropped: version 1 calls it rss, version 2 anon. */
  private static long anonymousBytes(Path file) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith("anon ") || line.startsWith("total_rss ")) {
          return Long.parseLong(line.substring(line.indexOf(' ') + 1).strip());
        }
      }
      return 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}

package io.penstock.internal.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much memory the control groups (version 1 or 2) of this process leave.
 *
 * <p>A limit may be set on any group above ours, so all visible ones are read, and the smallest
 * counts. In a container the kernel shows a part of the tree: {@code /proc/self/cgroup} names our
 * group from where our namespace begins, {@code /proc/self/mountinfo} says which group is mounted
 * where. A file that cannot be read sets no limit.
 */
final class GroupLimits {
  /** Version 1 writes "no limit" as the largest number of whole pages. */
  private static final long NO_LIMIT = 1L << 60;

  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

  /**
   * Pages of files that were read and can be dropped at once; the name in version 2, then in
   * version 1.
   */
  private static final List<String> RECLAIMABLE =
      List.of("active_file", "inactive_file", "slab_reclaimable");

  private static final List<String> RECLAIMABLE_1 =
      List.of("total_active_file", "total_inactive_file");

  private GroupLimits() {}

  /** A mounted tree of groups: the group that is its root, and where it is mounted. */
  private record Mount(boolean isUnified, String root, Path at) {}

  /**
   * What the group of this process and those above it leave: limits less what cannot be dropped.
   * The page cache, which a group counts as used, is not subtracted.
   *
   * @param groups /proc/self/cgroup
   * @param mounts /proc/self/mountinfo
   * @return in bytes; Long.MAX_VALUE without limits
   */
  static long leftBytes(Path groups, Path mounts) {
    long least = Long.MAX_VALUE;
    for (Mount mount : mounts(mounts)) {
      for (String line : ProcFiles.lines(groups)) {
        String[] parts = line.split(":", 3);
        if (parts.length == 3 && isOf(mount, parts[0], parts[1])) {
          least = Math.min(least, leftUpwards(mount, folder(mount, parts[2])));
        }
      }
    }
    return least;
  }

  private static boolean isOf(Mount mount, String number, String controllers) {
    return mount.isUnified
        ? number.equals("0") && controllers.isEmpty()
        : List.of(controllers.split(",", -1)).contains("memory");
  }

  private static List<Mount> mounts(Path file) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : ProcFiles.lines(file)) {
      String[] halves = line.split(" - ", 2);
      String[] fields = halves[0].split(" ", -1);
      if (halves.length < 2 || fields.length < 5) {
        continue;
      }
      String[] kind = halves[1].split(" ", -1);
      boolean isUnified = kind[0].equals("cgroup2");
      boolean isFirst =
          kind[0].equals("cgroup")
              && List.of(kind[kind.length - 1].split(",", -1)).contains("memory");
      if (isUnified || isFirst) {
        mounts.add(new Mount(isUnified, unescaped(fields[3]), Path.of(unescaped(fields[4]))));
      }
    }
    return mounts;
  }

  /** Blanks in names are written as \040. */
  private static String unescaped(String field) {
    Matcher matcher = ESCAPED.matcher(field);
    return matcher.replaceAll(
        match ->
            Matcher.quoteReplacement(
                Character.toString((char) Integer.parseInt(match.group(1), 8))));
  }

  /**
   * Where our group lies in a mounted tree. One outside of what is mounted (as "/../..", seen from
   * a namespace that was entered from elsewhere) is not visible: then the root is the nearest one
   * that is.
   */
  private static Path folder(Mount mount, String group) {
    Path root = Path.of("/").resolve(mount.root).normalize();
    Path own = Path.of("/").resolve(group);
    boolean isBelow = own.startsWith(root) && own.equals(own.normalize());
    Path folder = isBelow ? mount.at.resolve(root.relativize(own).toString()) : mount.at;
    while (!folder.equals(mount.at) && !Files.isDirectory(folder)) {
      folder = folder.getParent();
    }
    return folder;
  }

  private static long leftUpwards(Mount mount, Path folder) {
    long least = Long.MAX_VALUE;
    Path at = folder;
    while (at != null && at.startsWith(mount.at)) {
      least = Math.min(least, left(mount.isUnified, at));
      at = at.getParent();
    }
    return least;
  }

  private static long left(boolean isUnified, Path group) {
    long limit =
        isUnified
            // Above "high" the kernel slows all processes down to reclaim memory: as bad as a
            // limit.
            ? Math.min(number(group, "memory.max"), number(group, "memory.high"))
            : number(group, "memory.limit_in_bytes");
    if (limit >= NO_LIMIT) {
      return Long.MAX_VALUE;
    }
    long used = number(group, isUnified ? "memory.current" : "memory.usage_in_bytes");
    long reclaimable = 0;
    List<String> names = isUnified ? RECLAIMABLE : RECLAIMABLE_1;
    for (String line : ProcFiles.lines(group.resolve("memory.stat"))) {
      int blank = line.indexOf(' ');
      if (blank > 0 && names.contains(line.substring(0, blank))) {
        reclaimable += ProcFiles.number(line.substring(blank), 0);
      }
    }
    long pinned = used >= NO_LIMIT ? 0 : Math.max(0, used - reclaimable);
    return Math.max(0, limit - pinned);
  }

  private static long number(Path group, String name) {
    try {
      return ProcFiles.number(Files.readString(group.resolve(name)), Long.MAX_VALUE);
    } catch (IOException e) {
      // A root group has no such file, nor has one without this controller.
      return Long.MAX_VALUE;
    }
  }
}

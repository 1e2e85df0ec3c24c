package io.penstock.bench.cold;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The control groups (version 1) of one run: cpuacct to count its processor time, and, as asked
 * for, memory to limit it and blkio to hold the disk to a profile.
 *
 * <p>What it owns: folders in the cgroup file systems, removed when it is closed, after the run's
 * processes have ended.
 */
final class ControlGroups implements AutoCloseable {
  private static final String PREFIX = "penstock-bench-";
  private static final String NAME = PREFIX + ProcessHandle.current().pid();

  /** Together one second. */
  private static final int REMOVE_ATTEMPTS = 100;

  private static final long REMOVE_PAUSE_NANOS = 10_000_000;

  private final Map<String, Path> folders = new LinkedHashMap<>();

  private ControlGroups() {}

  /**
   * Makes the groups.
   *
   * @param profile how to hold the disk
   * @param device "major:minor" of the disk
   * @param memoryBytes most memory, page cache included; 0: no limit
   * @throws AbsentException if a limit cannot be set here
   */
  static ControlGroups create(Profile profile, String device, long memoryBytes)
      throws IOException, AbsentException {
    ControlGroups groups = new ControlGroups();
    try {
      if (whyNot("cpuacct") == null) {
        groups.make("cpuacct");
      }
      if (memoryBytes > 0) {
        groups.limitMemory(memoryBytes);
      }
      if (profile.isLimited()) {
        groups.limitDevice(profile, device);
      }
      return groups;
    } catch (IOException | AbsentException e) {
      groups.close();
      throw e;
    }
  }

  /** Why groups of a controller cannot be made; null if they can. */
  static String whyNot(String controller) {
    try {
      Path parent = parent(controller);
      if (parent == null) {
        return "no cgroup v1 controller '" + controller + "' is mounted";
      }
      return Files.isWritable(parent) ? null : "cgroups (" + controller + ") are not writable";
    } catch (IOException e) {
      return "cgroups cannot be read: " + e.getMessage();
    }
  }

  /** Removes groups that processes left behind which were killed. */
  static void removeLeftovers() throws IOException {
    for (String controller : List.of("cpuacct", "memory", "blkio")) {
      Path parent = parent(controller);
      if (parent == null || !Files.isWritable(parent)) {
        continue;
      }
      try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, PREFIX + "*")) {
        for (Path group : groups) {
          String pid = group.getFileName().toString().substring(PREFIX.length());
          if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
            remove(group);
          }
        }
      }
    }
  }

  private void limitMemory(long bytes) throws IOException, AbsentException {
    Path folder = make("memory");
    Files.writeString(folder.resolve("memory.limit_in_bytes"), Long.toString(bytes));
  }

  private void limitDevice(Profile profile, String device) throws IOException, AbsentException {
    if (device == null) {
      throw new AbsentException("the files do not lie on a block device of their own");
    }
    Path folder = make("blkio");
    Files.writeString(
        folder.resolve("blkio.throttle.read_iops_device"), device + " " + profile.readsPerSecond());
    Files.writeString(
        folder.resolve("blkio.throttle.read_bps_device"), device + " " + profile.bytesPerSecond());
  }

  private Path make(String controller) throws IOException, AbsentException {
    String reason = whyNot(controller);
    if (reason != null) {
      throw new AbsentException(reason);
    }
    Path folder = parent(controller).resolve(NAME);
    // One that is there was left by an earlier run with the same process number.
    if (!Files.exists(folder)) {
      Files.createDirectory(folder);
    }
    folders.put(controller, folder);
    return folder;
  }

  /** Moves a process, with all its threads, into the groups. */
  void add(long pid) throws IOException {
    for (Path folder : folders.values()) {
      Files.writeString(folder.resolve("cgroup.procs"), Long.toString(pid));
    }
  }

  /** A command that runs another one inside the groups from its beginning. */
  List<String> wrap(List<String> command) {
    return wrap(command, folders.values());
  }

  /** The same for the limit on memory alone: neither counted nor held to the profile. */
  List<String> wrapInMemory(List<String> command) {
    return wrap(command, List.of(folders.get("memory")));
  }

  private static List<String> wrap(List<String> command, Collection<Path> groups) {
    StringBuilder script = new StringBuilder();
    for (Path group : groups) {
      script.append("echo $$ > '").append(group.resolve("cgroup.procs")).append("' && ");
    }
    List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", script + "exec \"$@\"", "sh"));
    wrapped.addAll(command);
    return wrapped;
  }

  /** Processor time of all that ran in the groups, or NaN where that is not counted. */
  double cpuSeconds() throws IOException {
    Path folder = folders.get("cpuacct");
    if (folder == null) {
      return Double.NaN;
    }
    return Long.parseLong(Files.readString(folder.resolve("cpuacct.usage")).strip()) / 1e9;
  }

  @Override
  public void close() throws IOException {
    for (Path folder : folders.values()) {
      remove(folder);
    }
    folders.clear();
  }

  private static void remove(Path folder) throws IOException {
    Path empty = folder.resolve("memory.force_empty");
    if (Files.exists(empty)) {
      Files.writeString(empty, "0");
    }
    for (int attempt = 0; ; attempt++) {
      try {
        Files.deleteIfExists(folder);
        return;
      } catch (IOException e) {
        // Busy: a process that was waited for may be there for a moment longer.
        if (attempt == REMOVE_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
      }
    }
  }

  /** The group that this process is in, or the root where that is not to be seen; null: none. */
  private static Path parent(String controller) throws IOException {
    Path root = null;
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] fields = line.split(" ", -1);
      if (fields[2].equals("cgroup") && List.of(fields[3].split(",", -1)).contains(controller)) {
        root = Path.of(fields[1]);
      }
    }
    if (root == null) {
      return null;
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
      String[] fields = line.split(":", 3);
      Path own = root.resolve(fields[2].substring(1));
      if (List.of(fields[1].split(",", -1)).contains(controller) && Files.exists(own)) {
        return own;
      }
    }
    return root;
  }
}

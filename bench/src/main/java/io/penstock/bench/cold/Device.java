package io.penstock.bench.cold;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The block device that a file lies on, as the kernel tells.
 *
 * @param fileSystem type and options that matter, as "ext4"
 * @param number "major:minor" of the whole disk; null when there is none below
 * @param facts one line about its queue
 * @param blockBytes smallest unit of direct reads
 */
record Device(String fileSystem, String number, String facts, int blockBytes) {
  private static final int DEFAULT_BLOCK_BYTES = 4096;

  static Device of(Path path) throws IOException {
    Path real = path.toRealPath();
    String[] best = null;
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] fields = line.split(" ", -1);
      boolean isDeeper = best == null || fields[4].length() >= best[4].length();
      if (isDeeper && real.startsWith(fields[4])) {
        best = fields;
      }
    }
    if (best == null) {
      return new Device("unknown", null, "unknown", DEFAULT_BLOCK_BYTES);
    }
    String fileSystem = best[List.of(best).indexOf("-") + 1];
    Path block = Path.of("/sys/dev/block", best[2]);
    if (!Files.exists(block)) {
      return new Device(fileSystem, null, "no block device", DEFAULT_BLOCK_BYTES);
    }
    Path disk = block.toRealPath();
    if (Files.exists(disk.resolve("partition"))) {
      disk = disk.getParent();
    }
    return new Device(
        fileSystem,
        Files.readString(disk.resolve("dev")).strip(),
        describe(disk),
        Integer.parseInt(queue(disk, "logical_block_size")));
  }

  private static String describe(Path disk) throws IOException {
    Path model = disk.resolve("device/model");
    long gibibytes = Long.parseLong(Files.readString(disk.resolve("size")).strip()) >> 21;
    return "%s%s, %d GiB, scheduler %s, read_ahead_kb %s, nr_requests %s, logical block %s"
        .formatted(
            disk.getFileName(),
            Files.exists(model) ? " (" + Files.readString(model).strip() + ")" : "",
            gibibytes,
            queue(disk, "scheduler"),
            queue(disk, "read_ahead_kb"),
            queue(disk, "nr_requests"),
            queue(disk, "logical_block_size"));
  }

  private static String queue(Path disk, String name) throws IOException {
    return Files.readString(disk.resolve("queue").resolve(name)).strip();
  }
}

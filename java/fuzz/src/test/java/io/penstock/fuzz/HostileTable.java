package io.penstock.fuzz;

import io.penstock.fuzz.Damage.Damaged;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Damages files of each format in all ways of {@link Damage}, reads what is left, and says what
 * each of them took: a program of its own, so that a test can give it little memory. It fails at
 * the first file that ends in anything but right data or a clear error, or that takes more work
 * than its size allows. What it prints of times is for people, on a quiet machine.
 *
 * <p>Arguments: a folder for the files; and of how many damaged files one is read, 1 for all. Of
 * the first file of each format, all that were cut are read.
 */
final class HostileTable {
  /** All that is allocated for one file by all threads; what is held at one time is less. */
  private static final long MOST_ALLOCATED = 64 << 20;

  /**
   * What may be read for one file, beside what is in it: classes, and other files of the system.
   */
  private static final long MOST_READ = 8 << 20;

  /** A scan reads a file once; opening columns and records again, parts of it. */
  private static final long MOST_TIMES_READ = 40;

  /** What the formats took: the worst of all files. */
  private static final class Row {
    private int count;
    private int refused;
    private long slowestNanos;
    private String slowest = "";
    private long allocated;
    private long read;

    void add(Work work, String what, boolean isRefused) {
      count++;
      refused += isRefused ? 1 : 0;
      allocated = Math.max(allocated, work.allocated);
      read = Math.max(read, work.read);
      if (work.nanos > slowestNanos) {
        slowestNanos = work.nanos;
        slowest = what;
      }
    }
  }

  /** Between two moments. */
  private record Work(long nanos, long allocated, long read) {
    static Work now() throws IOException {
      return new Work(System.nanoTime(), allocatedSoFar(), readSoFar());
    }

    Work since(Work before) {
      return new Work(nanos - before.nanos, allocated - before.allocated, read - before.read);
    }

    private static long allocatedSoFar() {
      return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
          .getTotalThreadAllocatedBytes();
    }

    /** By calls of the system; 0 where it does not say. */
    private static long readSoFar() throws IOException {
      Path counts = Path.of("/proc/self/io");
      if (!Files.isReadable(counts)) {
        return 0;
      }
      String words = Files.readString(counts, StandardCharsets.US_ASCII);
      return Long.parseLong(words.lines().findFirst().orElseThrow().replaceAll("\\D", ""));
    }
  }

  private final Path directory;
  private final int step;
  private int number;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final List<String> findings = new ArrayList<>();

  /** No two files of one name have the same, or the index of one would be that of another. */
  private long modifiedMillis = 1_000_000_000_000L;

  private HostileTable(Path directory, int step) {
    this.directory = directory;
    this.step = step;
  }

  public static void main(String[] arguments) throws IOException {
    HostileTable table = new HostileTable(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    for (HostileFile file : HostileFile.all()) {
      table.damage(file);
    }
    for (HostileBomb bomb : HostileBomb.all()) {
      table.open(bomb);
    }
    table.print();
    if (!table.findings.isEmpty()) {
      table.findings.forEach(System.out::println);
      System.exit(1);
    }
  }

  private void damage(HostileFile file) throws IOException {
    Path path = file.in(directory);
    write(path, file.bytes());
    Readout whole = Readout.of(path, file.extraPart());
    if (whole.columns().isEmpty() || whole.columns().values().stream().allMatch(Map::isEmpty)) {
      findings.add(path + ": the intact file has no records: " + whole.problems());
    }
    boolean isFirst = !rows.containsKey(file.format());
    Row row = rows.computeIfAbsent(file.format(), _ -> new Row());
    for (Damaged damaged : Damage.of(file.bytes(), whole.borders())) {
      if (!(isFirst && damaged.isCut()) && number++ % step != 0) {
        continue;
      }
      write(path, damaged.bytes());
      String what = file.name() + ", " + damaged.what();
      examine(
          row,
          what,
          path,
          () -> {
            Readout left = Readout.of(path, file.extraPart());
            if (damaged.isCut()) {
              left.checkIsPartOf(whole, file.mayEndEarly());
            }
            return left;
          });
    }
    Files.delete(path);
  }

  private void open(HostileBomb bomb) throws IOException {
    Path path = directory.resolve(bomb.name());
    Files.deleteIfExists(path);
    bomb.maker().make(path);
    setModified(path);
    Row row = rows.computeIfAbsent(bomb.format(), _ -> new Row());
    String what = bomb.name() + ", " + bomb.what();
    examine(row, what, path, () -> Readout.of(path, bomb.extraPart()));
    Files.delete(path);
  }

  private interface Reading {
    Readout read();
  }

  private void examine(Row row, String what, Path path, Reading reading) throws IOException {
    Work before = Work.now();
    boolean isRefused = true;
    try {
      isRefused = !reading.read().problems().isEmpty();
    } catch (RuntimeException | Error e) {
      findings.add(what + ": " + e);
      e.printStackTrace(System.out);
    }
    Work work = Work.now().since(before);
    row.add(work, what, isRefused);
    if (work.allocated > MOST_ALLOCATED) {
      findings.add("%s: %d bytes were allocated".formatted(what, work.allocated));
    }
    if (work.read > MOST_READ + MOST_TIMES_READ * storedBytes(path)) {
      findings.add("%s: %d bytes were read".formatted(what, work.read));
    }
  }

  /** Without the holes of a sparse file, which take no time to make. */
  private static long storedBytes(Path path) throws IOException {
    return Math.min(Files.size(path), HostileBomb.MOST_STORED_BYTES);
  }

  private void write(Path path, byte[] bytes) throws IOException {
    AnyFile.write(path, bytes);
    setModified(path);
  }

  private void setModified(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.fromMillis(modifiedMillis++));
  }

  private void print() {
    System.out.printf(
        "%-12s %6s %8s %11s %10s %9s  %s%n",
        "format", "files", "refused", "slowest ms", "allocated", "read", "the slowest");
    rows.forEach(
        (format, row) ->
            System.out.printf(
                "%-12s %6d %8d %11.1f %8dKB %7dKB  %s%n",
                format,
                row.count,
                row.refused,
                row.slowestNanos / 1e6,
                row.allocated >> 10,
                row.read >> 10,
                row.slowest));
  }
}

package io.penstock.bench.cold;

/** Memory that contenders of a cell may have. */
final class CellMemory {
  /** Holds what is in flight, and little else. */
  static final long SMALL_BYTES = 64 << 20;

  private static final long LEAST_BYTES = 16 << 20;

  /** With memory for less than 1/512 of the data no window pays: records are read one by one. */
  private static final long RANDOM_SHARE = 512;

  private static final long DEFAULT_BYTES = 1L << 30;

  /** What a JVM with a small heap takes, and room for the pages of a few reads. */
  private static final long JVM_BYTES = 256 << 20;

  private final Cell cell;

  CellMemory(Cell cell) {
    this.cell = cell;
  }

  /** What the library takes by default, or what a cgroup leaves of it beside the JVM. */
  long defaultBytes() {
    return Math.min(DEFAULT_BYTES, mostBytes());
  }

  /** Holds the batches read ahead, and little else. */
  long smallBytes() {
    long share = cell.file().dataBytes() / RANDOM_SHARE;
    // Batches of records of different sizes are larger than the mean says, some of them by much.
    long least = cell.file().isVariable() ? SMALL_BYTES : LEAST_BYTES;
    return Math.max(
        Math.clamp(share, least, SMALL_BYTES), 12L * cell.batchSize() * cell.file().recordBytes());
  }

  /** Whether a window of so many bytes can be had, and is more than reading one by one takes. */
  boolean hasRoomForWindow(long bytes) {
    return bytes <= mostBytes() && bytes >= smallBytes();
  }

  /** A limit holds for the JVM, too. */
  private long mostBytes() {
    return cell.limitBytes() == 0 ? Long.MAX_VALUE : cell.limitBytes() - JVM_BYTES;
  }
}

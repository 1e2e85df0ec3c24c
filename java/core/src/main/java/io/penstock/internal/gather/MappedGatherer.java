package io.penstock.internal.gather;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.os.ThreadClock;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.PageAdvice;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reading by copying out of mapped files: backend mmap.
 *
 * <p>C maps the files and tells the kernel which records come, when they are ordered; the copying
 * is done here, in Java, when they are taken. It must never be done in C: a file that was cut short
 * raises SIGBUS, which kills the process in C code and is an InternalError in Java code.
 */
public final class MappedGatherer implements Gatherer {
  /**
   * With at most this many files we stat each one after every batch, at 1 to 2 us a file: bytes
   * between the new end of a file and the end of that page read as zeros without any error. With
   * more files it is done as often as the pipeline does.
   */
  private static final int MAX_FILES_CHECKED = 16;

  /**
   * So much is hinted at while as much is copied: a processor can wait for some tens of lines at
   * once, and forgets hints beyond that.
   */
  private static final int HINT_BYTES = 8 << 10;

  private static final int LEAST_HINTED_RECORDS = 2;

  private final OpenFiles source;
  private final List<MappedRecords> columns;
  private final boolean isAdvised;
  private final boolean dropsBehind;
  private final boolean checksBatches;
  private final Arena arena = Arena.ofConfined();
  private final Runnable check;

  /** Takes what touching comes to. */
  private final MemorySegment touched = arena.allocate(ValueLayout.JAVA_LONG);

  private final ThreadClock clock = ThreadClock.start();
  private long ordered;
  private long finishedBytes;
  private long records;
  private long copyNanos;

  /**
   * The calling thread owns it.
   *
   * @param source of the files
   * @param columns in order of their numbers; of this thread
   * @param isAdvised whether the kernel is told which records come
   * @param dropsBehind whether the kernel is told that they were used
   */
  public MappedGatherer(
      OpenFiles source, List<MappedRecords> columns, boolean isAdvised, boolean dropsBehind) {
    this.source = source;
    this.check = source.quickCheck(arena);
    this.columns = List.copyOf(columns);
    this.isAdvised = isAdvised;
    this.dropsBehind = dropsBehind;
    this.checksBatches = isCheckedPerBatch(source);
  }

  /** Whether the files are so few that all are looked at after each batch. */
  static boolean isCheckedPerBatch(OpenFiles source) {
    return source.fileCount() <= MAX_FILES_CHECKED;
  }

  /**
   * Unlimited: a record that is ordered takes no memory but its slot's. Where the kernel need not
   * be told about coming records, one batch: then the slot that was used last is used again, which
   * the processor still has in its caches.
   */
  @Override
  public long room() {
    return isAdvised || ordered == 0 ? Long.MAX_VALUE : 0;
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    if (isAdvised) {
      advise(indices, count, PageAdvice.WILLNEED);
    }
    ordered += count;
  }

  private void advise(MemorySegment indices, int count, PageAdvice advice) {
    for (int c = 0; c < columns.size(); c++) {
      if (columns.get(c).isWhole()) {
        source.advise(c, indices, count, advice);
      }
    }
  }

  /** Nothing to do: the kernel reads ahead on its own, and take waits for it. */
  @Override
  public void drive(long wanted, long timeoutNanos) {}

  @Override
  public long ready() {
    return ordered;
  }

  @Override
  public long ordered() {
    return ordered;
  }

  @Override
  public long inFlight() {
    return 0;
  }

  @Override
  public boolean readsInBackground() {
    return true;
  }

  @Override
  public void take(int count, Slot slot) {
    long start = System.nanoTime();
    ordered -= count;
    records += count;
    for (int c = 0; c < columns.size(); c++) {
      columns.get(c).begin(slot, c);
    }
    slot.placeValues();
    finishedBytes += slot.bytes();
    try {
      copy(count, slot);
    } catch (PenstockException e) {
      for (int c = 0; c < columns.size(); c++) {
        slot.column(c).fill((byte) 0); // Those that differ in size keep their places.
      }
      throw e;
    }
    if (dropsBehind) {
      advise(slot.indices(), count, PageAdvice.DONTNEED);
    }
    copyNanos += System.nanoTime() - start;
  }

  private void copy(int count, Slot slot) {
    try {
      copyHeld(count, slot);
      // Also the place where a fault of the last copies comes out: at the latest when a call of C
      // returns.
      if (checksBatches) {
        check.run();
      }
    } catch (InternalError e) {
      throw damaged(columns, slot.indices(), count, e);
    }
  }

  private void copyHeld(int count, Slot slot) {
    int pass = source.hold();
    try {
      for (int c = 0; c < columns.size(); c++) {
        copy(c, count, slot);
      }
    } finally {
      source.release(pass);
    }
  }

  /**
   * Copies a few records at a time while the next few are hinted at: records of a shuffled order
   * lie in memory that no cache of the processor knows, and waiting for one after the other is what
   * takes time.
   */
  private void copy(int number, int count, Slot slot) {
    MappedRecords column = columns.get(number);
    long fitting = HINT_BYTES / column.typicalBytes();
    int step = isAdvised ? count : Math.clamp(fitting, LEAST_HINTED_RECORDS, HINT_BYTES);
    hint(number, 0, Math.min(step, count), slot);
    for (int first = 0; first < count; first += step) {
      int end = Math.min(count, first + step);
      hint(number, end, Math.min(count, end + step), slot);
      column.copy(slot, number, first, end);
    }
  }

  private void hint(int number, int first, int end, Slot slot) {
    if (isAdvised || first >= end) {
      return;
    }
    if (source.hasHints()) {
      source.hint(number, slot.indices(), first, end - first);
    } else {
      long sum = columns.get(number).touch(slot, number, first, end);
      touched.set(ValueLayout.JAVA_LONG, 0, sum);
    }
  }

  /** Finds the record at fault, now that there is time to look. */
  static PenstockException damaged(
      List<? extends MappedRecords> columns,
      MemorySegment indices,
      int count,
      InternalError cause) {
    for (MappedRecords column : columns) {
      for (int i = 0; i < count; i++) {
        long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
        long foundBytes = size(column.path(index));
        if (column.endBytes(index) > foundBytes) {
          return cutShort(column, index, foundBytes, cause);
        }
      }
    }
    return PenstockException.builder(
            ErrorKind.UNREADABLE,
            "expected to read mapped files, found an input/output error: check the device (dmesg"
                + " tells more), then read again")
        .statusName("EIO")
        .cause(cause)
        .build();
  }

  private static PenstockException cutShort(
      MappedRecords column, long index, long foundBytes, InternalError cause) {
    Path path = column.path(index);
    long offsetBytes = column.offsetBytes(index);
    return PenstockException.builder(
            ErrorKind.FILE_CHANGED,
            ("%s: record %d of column '%s' at byte %d: expected a file of at least %d bytes, found"
                 + " %d: it was cut short while it was read: copy or make the file again, then open"
                 + " the dataset again")
                .formatted(
                    path, index, column.name(), offsetBytes, column.endBytes(index), foundBytes))
        .path(path)
        .recordIndex(index)
        .offsetBytes(offsetBytes)
        .statusName("ENODATA")
        .cause(cause)
        .build();
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      // It is gone altogether.
      return 0;
    }
  }

  @Override
  public void reset() {
    ordered = 0;
  }

  /** Requests and bytes read stay 0: the kernel reads pages and does not tell whose. */
  @Override
  public void statistics(Figures target) {
    target.counters.set(Statistic.RECORDS_READ, records);
    target.counters.set(Statistic.BYTES_FINISHED, finishedBytes);
    target.counters.set(Statistic.BYTES_WANTED, finishedBytes);
    target.counters.set(Statistic.COPY, copyNanos);
    target.counters.set(Statistic.CPU, clock.nanos());
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      clock.close();
    }
  }
}

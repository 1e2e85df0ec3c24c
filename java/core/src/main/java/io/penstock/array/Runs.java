package io.penstock.array;

import io.penstock.array.ArrayLayout.Run;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of an array lie in its file: runs of records at equal distances, in index
 * order.
 *
 * <p>There may be a million of them, one for each chunk of an array or member of an archive. So
 * they are kept as numbers, 16 to 24 bytes a run; a {@link Run} is made when one is asked for.
 * Immutable.
 */
public final class Runs extends AbstractList<Run> implements RandomAccess {
  /** Below this many runs a binary search is as fast as the directory. */
  private static final int LEAST_DIRECTORY_RUNS = 16;

  /** What is added to each offset. */
  private final long movedBytes;

  private final long[] offsets;

  /** The first record of each run, and the number of all records behind the last. */
  private final long[] firstRecords;

  /** One for each run, or one for all. */
  private final long[] strides;

  /** The run of every 2^n-th record; made when it is first asked for. */
  private volatile @Nullable Directory directory;

  private static final class Directory {
    private final int shift;
    private final int[] runs;

    Directory(int shift, int[] runs) {
      this.shift = shift;
      this.runs = runs;
    }
  }

  private Runs(long movedBytes, long[] offsets, long[] firstRecords, long[] strides) {
    this.movedBytes = movedBytes;
    this.offsets = offsets;
    this.firstRecords = firstRecords;
    this.strides = strides;
  }

  /**
   * These runs, as they are.
   *
   * @param runs in index order
   * @return an immutable copy
   */
  public static Runs copyOf(List<Run> runs) {
    if (runs instanceof Runs same) {
      return same;
    }
    Builder builder = builder();
    for (Run run : runs) {
      builder.append(run.offsetBytes(), run.recordCount(), run.strideBytes());
    }
    return builder.build();
  }

  /**
   * Starts a list of runs.
   *
   * @return a builder, empty
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Takes runs in index order. Not thread-safe. */
  public static final class Builder {
    private long[] offsets = new long[1];
    private long[] firstRecords = new long[2];
    private long[] strides = new long[1];
    private boolean isOneStride = true;
    private int size;

    private Builder() {}

    /**
     * Adds records at a fixed distance from each other. If they go on at the same distance where
     * the last run ends, they become a part of it.
     *
     * @param offsetBytes where the first of them starts, in bytes from the start of the file
     * @param recordCount how many they are, at least 0
     * @param strideBytes from the start of one to the start of the next, at least 1
     * @return this
     */
    public Builder add(long offsetBytes, long recordCount, long strideBytes) {
      int last = size - 1;
      if (size > 0
          && strides[last] == strideBytes
          && offsetBytes - offsets[last]
              == (firstRecords[size] - firstRecords[last]) * strideBytes) {
        firstRecords[size] = end(recordCount);
        return this;
      }
      return append(offsetBytes, recordCount, strideBytes);
    }

    private Builder append(long offsetBytes, long recordCount, long strideBytes) {
      if (size == offsets.length) {
        int capacity = Math.addExact(size, Math.max(4, size / 2));
        offsets = Arrays.copyOf(offsets, capacity);
        strides = Arrays.copyOf(strides, capacity);
        firstRecords = Arrays.copyOf(firstRecords, capacity + 1);
      }
      offsets[size] = offsetBytes;
      strides[size] = strideBytes;
      isOneStride &= strideBytes == strides[0];
      firstRecords[size + 1] = end(recordCount);
      size++;
      return this;
    }

    private long end(long recordCount) {
      if (recordCount < 0) {
        throw new IllegalArgumentException("recordCount of a run must be >= 0, was " + recordCount);
      }
      return Math.addExact(firstRecords[size], recordCount);
    }

    /**
     * The runs.
     *
     * @return an immutable list of those that were added
     */
    public Runs build() {
      return new Runs(
          0,
          Arrays.copyOf(offsets, size),
          Arrays.copyOf(firstRecords, size + 1),
          Arrays.copyOf(strides, isOneStride ? Math.min(1, size) : size));
    }
  }

  @Override
  public int size() {
    return offsets.length;
  }

  @Override
  public Run get(int run) {
    Objects.checkIndex(run, offsets.length);
    return new Run(offsetBytes(run), recordCount(run), strideBytes(run));
  }

  /**
   * Where the first record of a run starts.
   *
   * @param run its number, from 0
   * @return in bytes from the start of the file
   */
  public long offsetBytes(int run) {
    return movedBytes + offsets[run];
  }

  /**
   * How many records a run has.
   *
   * @param run its number, from 0
   * @return at least 0
   */
  public long recordCount(int run) {
    return firstRecords[run + 1] - firstRecords[run];
  }

  /**
   * The distance between records of a run.
   *
   * @param run its number, from 0
   * @return in bytes, from the start of one to the start of the next
   */
  public long strideBytes(int run) {
    return strides[strides.length == 1 ? 0 : run];
  }

  /**
   * The same runs in another place, such as those of a field in records.
   *
   * @param bytes how much further from the start of the file each record starts
   * @return runs that share the memory of these
   */
  public Runs movedBy(long bytes) {
    return new Runs(movedBytes + bytes, offsets, firstRecords, strides);
  }

  /**
   * The first record of a run.
   *
   * @param run its number, from 0
   * @return its index in the array; for a run without records, that of the next
   */
  public long firstRecord(int run) {
    return firstRecords[run];
  }

  /**
   * How many records all runs have together.
   *
   * @return at least 0
   */
  public long recordCount() {
    return firstRecords[offsets.length];
  }

  /**
   * The run that has a record. About as fast with a million runs as with a few.
   *
   * @param record its index in the array, from 0 and below {@link #recordCount()}
   * @return the number of the run
   */
  public int runOf(long record) {
    Objects.checkIndex(record, recordCount());
    int low = 0;
    int high = offsets.length;
    if (high >= LEAST_DIRECTORY_RUNS) {
      Directory known = directory();
      int entry = (int) (record >> known.shift);
      low = known.runs[entry];
      high = known.runs[entry + 1] + 1;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (firstRecords[middle] <= record) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Where a record starts.
   *
   * @param record its index in the array, from 0 and below {@link #recordCount()}
   * @return in bytes from the start of the file
   */
  public long offsetOf(long record) {
    if (offsets.length == 1) {
      return movedBytes + offsets[0] + record * strides[0];
    }
    int run = runOf(record);
    return offsetBytes(run) + (record - firstRecords[run]) * strideBytes(run);
  }

  /** Several threads may make it at once, and make the same. */
  private Directory directory() {
    Directory known = directory;
    if (known == null) {
      known = makeDirectory();
      directory = known;
    }
    return known;
  }

  private Directory makeDirectory() {
    int shift = 0;
    while (recordCount() >> shift > offsets.length) {
      shift++;
    }
    int[] runs = new int[(int) (recordCount() >> shift) + 2];
    int run = 0;
    for (int i = 0; i < runs.length; i++) {
      while (run + 1 < offsets.length && firstRecords[run + 1] <= (long) i << shift) {
        run++;
      }
      runs[i] = run;
    }
    return new Directory(shift, runs);
  }

  @Override
  public boolean equals(Object other) {
    if (other instanceof Runs that && movedBytes == that.movedBytes) {
      return Arrays.equals(offsets, that.offsets)
          && Arrays.equals(firstRecords, that.firstRecords)
          && Arrays.equals(strides, that.strides);
    }
    return super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}

package io.penstock.internal.dataset;

import io.penstock.internal.ffi.SmallFiles;
import io.penstock.internal.file.FileNames;
import io.penstock.internal.folder.FolderIndex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The files of a folder as if they lay one after another in one file, in the order of the index.
 *
 * <p>So neighbours are read by one request, and C needs to know of no file but this one. What it
 * owns: where each 64th file begins. Names, sizes and times are read from the mapped index whenever
 * a file is. Immutable; each thread reads with a {@link Reading} of its own.
 */
public final class FolderFiles {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Files from one known beginning to the next. */
  private static final int STEP = 64;

  /** What the kernel takes for a path, with the zero at its end. */
  private static final int MOST_PATH_BYTES = 4096;

  // Any error does: what is wrong with the file is found out when it is told.
  private static final long FAILED = -5;

  /** Opens a file, reads a part of it, and closes it. Of one thread. */
  @FunctionalInterface
  public interface SmallFileOpener {
    /**
     * Reads a part of a file, which must be what it was when it was listed.
     *
     * @param path bytes of the system with a zero at the end, in native memory
     * @param nameAt where in it the name below the folder begins
     * @param nameBytes how long that is
     * @param sizeBytes that the file must have
     * @param modifiedNanos when it must have been modified
     * @param offsetBytes where to begin in it
     * @param lengthBytes how much to read
     * @param at where to, as the caller of {@link Reading#read} counts
     * @return the length, or the number of an error, negative
     */
    long read(
        MemorySegment path,
        int nameAt,
        int nameBytes,
        long sizeBytes,
        long modifiedNanos,
        long offsetBytes,
        long lengthBytes,
        long at);
  }

  private final Path folder;
  private final MemorySegment mapping;
  private final long count;
  private final boolean hasEmpty;
  private final long[] starts;
  private final byte[] prefix;

  /**
   * The files of an index.
   *
   * @param index of the folder
   * @param mapping of the whole index file
   */
  public FolderFiles(FolderIndex index, MemorySegment mapping) {
    this.folder = index.folder();
    this.mapping = mapping;
    this.count = index.recordCount();
    this.starts = new long[Math.toIntExact((count + STEP - 1) / STEP)];
    this.prefix = prefix(index.folder());
    long at = 0;
    boolean isEmpty = false;
    for (long i = 0; i < count; i++) {
      if (i % STEP == 0) {
        starts[(int) (i / STEP)] = at;
      }
      long size = sizeBytes(i);
      isEmpty |= size == 0;
      at += size;
    }
    this.hasEmpty = isEmpty;
  }

  /** The folder with a slash at its end, as the system has it. */
  private static byte[] prefix(Path folder) {
    Path absolute = folder.toAbsolutePath();
    byte[] name = FileNames.bytes(absolute.getRoot().relativize(absolute));
    byte[] prefix = new byte[name.length + 2];
    prefix[0] = '/';
    System.arraycopy(name, 0, prefix, 1, name.length);
    prefix[name.length + 1] = '/';
    return prefix;
  }

  /** Where a file begins among all of them. */
  long beginBytes(long file) {
    long at = starts[(int) (file / STEP)];
    for (long i = file / STEP * STEP; i < file; i++) {
      at += sizeBytes(i);
    }
    return at;
  }

  /** Whether a file has none. */
  public boolean hasEmpty() {
    return hasEmpty;
  }

  /** An impossible size is none: the record is known to be damaged. */
  private long sizeBytes(long file) {
    return Math.max(0, mapping.get(LONG, FolderIndex.sizesAt() + 8 * file));
  }

  /** The last known beginning that is not behind a byte. */
  private int step(long offset) {
    int low = 0;
    int high = starts.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Where the files are. */
  public Path folder() {
    return folder;
  }

  /** What a thread reads with by C: the path of a file is put together in memory of its own. */
  public Reading reading() {
    return reading(
        (path, _, _, size, modified, offset, length, address) ->
            SmallFiles.read(path, size, modified, offset, length, address));
  }

  /**
   * What a thread reads with.
   *
   * @param opener of that thread
   */
  public Reading reading(SmallFileOpener opener) {
    return new Reading(opener);
  }

  /** Reads of one thread. Nothing is allocated. */
  public final class Reading {
    private final MemorySegment path = Arena.ofAuto().allocate(MOST_PATH_BYTES);
    private final SmallFileOpener opener;
    private int nameBytes;
    private long reads;

    private Reading(SmallFileOpener opener) {
      this.opener = opener;
      int length = Math.min(prefix.length, MOST_PATH_BYTES);
      MemorySegment.copy(prefix, 0, path, ValueLayout.JAVA_BYTE, 0, length);
    }

    /** How many files were opened until now. */
    public long reads() {
      return reads;
    }

    /**
     * Reads a part of all files: the end of one, whole ones, the beginning of another.
     *
     * @param offset where it begins
     * @param length how long it is
     * @param address where its first byte goes, as the opener counts
     * @return how many bytes were read: up to the first file that cannot be read; if that is the
     *     first one, the number of an error, negative
     */
    public long read(long offset, long length, long address) {
      try {
        return readFiles(offset, length, address);
      } catch (InternalError e) {
        return FAILED; // The index was cut short. Who explains this finds the same.
      }
    }

    private long readFiles(long offset, long length, long address) {
      int step = step(offset);
      long file = (long) step * STEP;
      long begin = starts[step];
      long done = 0;
      while (done < length && file < count) {
        long size = sizeBytes(file);
        long from = offset + done - begin;
        long part = Math.min(size - from, length - done);
        if (part > 0) {
          long got = readFile(file, size, from, part, address + done);
          if (got != part) {
            return done > 0 ? done : got;
          }
          done += part;
        }
        begin += size;
        file++;
      }
      return done > 0 ? done : FAILED;
    }

    /**
     * Looks whether a file without bytes is still as it was.
     *
     * @return 0, or the number of an error, negative
     */
    public long look(long file) {
      try {
        return readFile(file, 0, 0, 0, 0);
      } catch (InternalError e) {
        return FAILED;
      }
    }

    private long readFile(long file, long size, long from, long length, long address) {
      if (!putName(file)) {
        return FAILED;
      }
      reads++;
      long modified = mapping.get(LONG, FolderIndex.sizesAt() + 8 * (count + file));
      return opener.read(path, prefix.length, nameBytes, size, modified, from, length, address);
    }

    /** Puts the name of a file behind the folder. An index may name any file on the system. */
    private boolean putName(long file) {
      long ends = FolderIndex.sizesAt() + 16 * count;
      long namesAt = FolderIndex.namesAt(count);
      long from = file == 0 ? 0 : mapping.get(LONG, ends + 8 * (file - 1));
      long to = mapping.get(LONG, ends + 8 * file);
      boolean isPossible =
          from >= 0
              && to > from
              && to <= mapping.byteSize() - namesAt
              && to - from < MOST_PATH_BYTES - prefix.length;
      if (!isPossible) {
        return false;
      }
      int length = (int) (to - from);
      nameBytes = length;
      MemorySegment.copy(mapping, namesAt + from, path, prefix.length, length);
      path.set(ValueLayout.JAVA_BYTE, prefix.length + (long) length, (byte) 0);
      return isBelow(length);
    }

    /** Whether the name leads to a file below the folder, as far as names go. */
    private boolean isBelow(int length) {
      int dots = 0; // Since the last slash; -1: there was something else.
      for (int i = 0; i <= length; i++) {
        byte next = path.get(ValueLayout.JAVA_BYTE, (long) prefix.length + i);
        if (next == '/' || i == length) {
          if (dots == 2 || (i == 0 && next == '/')) {
            return false;
          }
          dots = 0;
        } else if (next == 0) {
          return false;
        } else {
          dots = next == '.' && dots >= 0 ? dots + 1 : -1;
        }
      }
      return true;
    }
  }
}

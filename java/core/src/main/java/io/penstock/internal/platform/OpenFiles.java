package io.penstock.internal.platform;

import io.penstock.array.Shard;
import io.penstock.internal.wait.Patience;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The open files of a dataset and where the records of each column lie in them.
 *
 * <p>Files and columns are added by one thread; then any thread may use it, and any may close it.
 * What asks the device on a user's thread, as {@link #map}, has another thread ask, and waits for a
 * limited time; {@link #check}, {@link #advise} and {@link #hint} are for the reading threads, and
 * ask themselves.
 */
public interface OpenFiles extends AutoCloseable {
  /**
   * Opens a file for reading.
   *
   * @param path a regular file
   * @return its number
   * @throws io.penstock.error.PenstockException if it cannot be opened
   */
  int addFile(Path path);

  /**
   * Adds something that is read by whoever knows how, as a folder of small files. All files must
   * have been added.
   *
   * @param path for messages
   * @param sizeBytes how large it is
   * @return its number, beside those of files
   * @throws io.penstock.error.PenstockException if it is too large, or there are too many
   */
  int addObject(Path path, long sizeBytes);

  /**
   * Says where the records of a column lie. Of those that are not one piece of their file only
   * where they begin is known: they are read from a mapping alone.
   *
   * @param name for messages
   * @param recordBytes size of a record
   * @param shards in index order
   * @param fileNumbers for each shard, what {@link #addFile} returned
   * @throws io.penstock.error.PenstockException if a shard does not fit into its file or the column
   *     not to the others
   */
  void addColumn(String name, long recordBytes, List<Shard> shards, int[] fileNumbers);

  /**
   * Adds a variable column, whose records are told to its table.
   *
   * @param name for messages
   * @return the table, empty
   * @throws io.penstock.error.PenstockException if there are too many columns, or memory is short
   */
  RecordTable addVariableColumn(String name);

  /**
   * One file, as it was when it was opened.
   *
   * @param number what {@link #addFile} returned
   */
  FileFacts file(int number);

  /**
   * The files in order of their numbers, as they were when they were opened.
   *
   * @return an immutable copy
   */
  List<FileFacts> files();

  /** How many files there are. */
  int fileCount();

  /**
   * A check for one thread: it compares all files with what they were when they were opened, and
   * throws a PenstockException if one was replaced, modified or cut short.
   *
   * @param scratch how long it may be used
   */
  Runnable check(Arena scratch);

  /**
   * A check for one thread that is quick enough for each batch. It finds files that were cut short,
   * and what else {@link #check} finds if that costs nothing more. Allocates nothing.
   *
   * @param scratch how long it may be used
   */
  Runnable quickCheck(Arena scratch);

  /**
   * The share of a file that is in the page cache.
   *
   * @param file number of the file
   * @return 0 to 1, or NaN where the system does not tell
   */
  double cachedFraction(int file);

  /**
   * Maps a file. One thread at a time; later calls give the same address.
   *
   * @param file number of the file
   * @param arena how long the segment may be used; must be closed before this source
   * @return the whole file, read-only
   * @throws io.penstock.error.PenstockException if it cannot be mapped, or the device does not
   *     answer
   */
  MemorySegment map(int file, Arena arena);

  /**
   * Tells the kernel what is about to be read; it may not care. Any thread; allocates nothing.
   *
   * @param column number of the column
   * @param indices int64 record indices, or NULL for the whole column
   * @param count how many; 0: the whole column
   * @param advice what to tell
   */
  void advise(int column, MemorySegment indices, int count, PageAdvice advice);

  /**
   * Keeps the source open until {@link #release}: {@link #hint} is called between the two, once for
   * every few records. To enter each time would make the processor wait for the stores of its
   * copies.
   *
   * @return what to tell {@link #release}
   * @throws IllegalStateException if closed
   */
  int hold();

  /** Lets the source be closed again. Takes what {@link #hold} returned. */
  void release(int pass);

  /** Whether there are hints to the processor: otherwise {@link #hint} must not be called. */
  boolean hasHints();

  /**
   * Hints to the processor that records of a mapped column are about to be copied. Reads nothing;
   * allocates nothing. Any thread, between {@link #hold} and {@link #release}.
   *
   * @param column number of the column
   * @param indices of the records of a batch, int64
   * @param first the first of them that is meant
   * @param count how many are meant
   */
  void hint(int column, MemorySegment indices, int first, int count);

  /**
   * Where the columns of a batch lie in a slot.
   *
   * @param batchSize most records of a batch
   * @param valueBytes room for the values of variable columns
   */
  SlotLayout slotLayout(int batchSize, long valueBytes);

  /**
   * What says where the records of all columns lie: record tables, and shards where there are many.
   */
  long tableBytes();

  /** The page cache of the files. */
  FilePages pages();

  /**
   * Ends all calls and closes files and mappings. Idempotent; any thread.
   *
   * @param patience how long to wait for calls and readers
   * @throws io.penstock.error.PenstockException if the time is up: then it can be closed again
   */
  void close(Patience patience);

  /** The same with the usual patience. */
  @Override
  void close();

  /** What of the files is in the page cache, and bringing it there. Any thread of ours. */
  interface FilePages {
    /**
     * How much of a range is not in the page cache, in whole pages.
     *
     * @return in bytes; empty where the system does not tell
     */
    OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes);

    /**
     * Reads a range into the page cache, in large pages. Ranges should follow one another.
     *
     * @throws io.penstock.error.PenstockException if it cannot be read
     */
    void fetch(int file, long offsetBytes, long lengthBytes);

    /**
     * Maps the pages of a range, if its file is mapped. What is not in the page cache is read.
     *
     * @throws io.penstock.error.PenstockException if it cannot be read
     */
    void populate(int file, long offsetBytes, long lengthBytes);
  }
}

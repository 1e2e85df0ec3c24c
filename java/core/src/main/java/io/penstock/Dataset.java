package io.penstock;

import io.penstock.array.Column;
import io.penstock.array.FileInfo;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.dataset.DatasetFiles;
import io.penstock.internal.dataset.DatasetMaps;
import io.penstock.internal.dataset.FileLook;
import io.penstock.internal.dataset.Identity;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.RecordsInRange;
import io.penstock.internal.dataset.Scalars;
import io.penstock.internal.engine.DatasetWarming;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.report.LeakReports;
import io.penstock.internal.wait.DeviceCall;
import io.penstock.job.LoaderState;
import io.penstock.sampler.Sampler;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Records in files: one or more columns with the same number of records. Each column is an array in
 * one file, or in several files laid end to end.
 *
 * <pre>{@code
 * try (Dataset dataset = Dataset.open(Path.of("images.npy"), Path.of("labels.npy"));
 *     Loader loader = dataset.loader().batchSize(128).seed(7).build()) {
 *   for (Batch batch : loader.epoch(0)) {
 *     train(batch.column("images"), batch.column("labels"));
 *   }
 * }
 * }</pre>
 *
 * <p>Files are opened once and must not change while they are open. A file that is modified,
 * replaced or cut short is an error, found while reading or by {@link #check}. Thread-safe.
 */
public final class Dataset implements AutoCloseable {
  private final OpenDataset opened;
  private final List<Column> columns;
  private final Map<String, Integer> columnNumbers = new LinkedHashMap<>();
  private final Identity identity;
  private final DatasetWarming warming;
  private final OpenLoaders loaders = new OpenLoaders();
  private final LeakReports.Watch watch;
  private volatile boolean isClosed;

  Dataset(DatasetFiles files) {
    this.opened = new OpenDataset(files);
    this.columns = opened.columns();
    this.warming = new DatasetWarming(files);
    this.identity = new Identity(files);
    for (Column column : columns) {
      columnNumbers.put(column.name(), columnNumbers.size());
    }
    this.watch = DatasetMaps.watch(this, opened.maps());
  }

  /**
   * Opens one column per file. A column is named after its file without the extension.
   *
   * @param columns files with exactly these names, or folders, with the same number of records; at
   *     least one
   * @return the dataset, to be closed by the caller
   * @throws PenstockException if a file cannot be opened or read, or does not fit the others
   * @throws IllegalArgumentException if there is no file, two have the same name, or a path is of
   *     another file system than the machine's own
   */
  public static Dataset open(Path... columns) {
    return open(Stream.of(columns).map(Source::of).toArray(Source[]::new));
  }

  /**
   * Opens one column per source: a file, a part of one, or the files that match a pattern. A column
   * is named after the part, or after its file.
   *
   * @param columns with the same number of records; at least one
   * @return the dataset, to be closed by the caller
   * @throws PenstockException if a file cannot be opened or read, or does not fit the others
   * @throws IllegalArgumentException if there is no source, or two have the same name
   */
  public static Dataset open(Source... columns) {
    DatasetBuilder builder = builder();
    for (Source source : columns) {
      builder.column(source.columnName(), source);
    }
    return builder.open();
  }

  /**
   * Starts a dataset with named columns, or columns of several files.
   *
   * @return an empty builder
   */
  public static DatasetBuilder builder() {
    return new DatasetBuilder();
  }

  /**
   * How many records there are.
   *
   * @return at least 0
   */
  public long recordCount() {
    return columns.getFirst().recordCount();
  }

  /**
   * The columns, in the order in which they were named.
   *
   * @return at least one
   */
  public List<Column> columns() {
    return columns;
  }

  /**
   * A column by its name.
   *
   * @param name of the column
   * @return what it is made of
   * @throws IllegalArgumentException if there is none, naming those that there are
   */
  public Column column(String name) {
    return columns.get(columnNumber(name));
  }

  /**
   * Names of the classes, if a column is the files of a folder or their labels, part {@code label}:
   * label {@code i} is the i-th, and -1 is a file in no sub-folder. Reads the index of the folder.
   *
   * @param column name of the column
   * @return the names of the folders in the folder, those without files too; empty for columns that
   *     are not of a folder
   * @throws IllegalArgumentException if there is no such column
   * @throws PenstockException if the index cannot be read any more
   */
  public List<String> classes(String column) {
    return FolderIndex.classesIn(column(column).shards().getFirst().path());
  }

  int columnNumber(String name) {
    Integer number = columnNumbers.get(name);
    if (number == null) {
      throw new IllegalArgumentException(
          "expected one of the columns %s, found '%s'".formatted(columnNumbers.keySet(), name));
    }
    return number;
  }

  /**
   * Size of a record over all columns; about the mean if records have different sizes.
   *
   * @return in bytes, at least 1
   * @throws IllegalStateException if closed, and sizes differ
   */
  public long recordBytes() {
    return opened.recordBytes();
  }

  /**
   * What the file system says about the files. The cached share is that of now, all else is as of
   * when the files were opened.
   *
   * @return one entry per file, in the order of the columns and their shards
   * @throws IllegalStateException if closed
   * @throws PenstockException if the file system does not answer, or the thread was interrupted
   */
  public List<FileInfo> files() {
    checkOpen();
    return opened.fileInfos();
  }

  /**
   * One record of one column, zero-copy: a view of the mapped file. A record whose elements lie
   * apart in the file, as in Fortran order, or that belongs to a column of records of different
   * sizes, is a copy.
   *
   * <p>The record lies in memory as it lies in the file. Its numbers need not be aligned in an
   * .npz, a pickle, a packed structure or an IDX file. Read them with the unaligned layouts, such
   * as {@link java.lang.foreign.ValueLayout#JAVA_DOUBLE_UNALIGNED}, which are as fast on aligned
   * records; {@code JAVA_DOUBLE} throws if a number is not aligned.
   *
   * <p>If the file is cut short later, an access to bytes that it no longer has throws
   * InternalError ("a fault occurred in an unsafe memory access operation"). Do not hand the view
   * to native code, where the same ends the process.
   *
   * <p>An interrupt of the thread may end the first call, which maps the files of the column; it
   * changes nothing for other calls and threads.
   *
   * @param column name of the column
   * @param index of the record, from 0
   * @return its bytes, read-only, usable until the dataset is closed
   * @throws IllegalArgumentException if there is no such column
   * @throws PenstockException if the file cannot be mapped
   * @throws IndexOutOfBoundsException if there is no such record
   * @throws IllegalStateException if closed
   */
  public MemorySegment record(String column, long index) {
    int number = columnNumber(column);
    Objects.checkIndex(index, recordCount());
    opened.maps().handOut();
    return columns.get(number).isVariable()
        ? DatasetMaps.copy(opened.variableSource(number), index)
        : opened.mappedColumn(number).record(index);
  }

  /**
   * The sizes of the records of a column, without reading these.
   *
   * @param column name of the column
   * @return a record's size in bytes by its index, until the dataset is closed; throws
   *     PenstockException for a record with an impossible place
   * @throws IllegalArgumentException if there is no such column
   * @throws PenstockException as {@link #record}
   */
  public LongUnaryOperator recordSizes(String column) {
    int number = columnNumber(column);
    long bytes = columns.get(number).recordBytes();
    return columns.get(number).isVariable() ? opened.variableSource(number)::bytes : index -> bytes;
  }

  /**
   * The records of a column that depend on some bytes of a file: their own, or those that say where
   * they lie. If records differ in size, it looks at the place of each of them.
   *
   * @param column name of the column
   * @param file as in {@link #files}, or a file of a folder
   * @param from first byte of the range in the file
   * @param to end of the range
   * @return indices in ascending order, until the dataset is closed
   * @throws IllegalArgumentException if there is no such column
   * @throws PenstockException as {@link #record}
   */
  public LongStream recordsIn(String column, Path file, long from, long to) {
    int number = columnNumber(column);
    return columns.get(number).isVariable()
        ? LongStream.range(0, recordCount())
            .filter(index -> opened.variableSource(number).dependsOn(index, file, from, to))
        : RecordsInRange.of(columns.get(number), file, from, to);
  }

  /**
   * The integers in a column that has one for each record: labels, for samplers by class. They are
   * read from the mapping, as {@link #record} does. After a file was cut short the last ones may
   * read as zeros; loaders notice it when an epoch begins, and {@link #check} at any time.
   *
   * @param column name of a column of integers of any size, or of booleans
   * @return the integer of a record by its index, until the dataset is closed; an unsigned one of 8
   *     bytes with the same bits
   * @throws IllegalArgumentException if there is no such column, or it is of something else
   * @throws PenstockException if the file cannot be mapped
   * @throws IllegalStateException if closed
   */
  public LongUnaryOperator integers(String column) {
    opened.maps().handOut();
    int number = columnNumber(column);
    return Scalars.integers(columns.get(number), () -> opened.mappedColumn(number)::record);
  }

  /**
   * The numbers in a column that has one for each record: weights, for samplers by weight.
   *
   * @param column name of a column of integers, or of floats of 4 or 8 bytes
   * @return the number of a record by its index, until the dataset is closed
   * @throws IllegalArgumentException as {@link #integers}
   * @throws PenstockException as {@link #integers}
   * @throws IllegalStateException if closed
   */
  public LongToDoubleFunction numbers(String column) {
    opened.maps().handOut();
    int number = columnNumber(column);
    return Scalars.numbers(columns.get(number), () -> opened.mappedColumn(number)::record);
  }

  /**
   * A digest of what is in this dataset: names, element types and shapes of the columns, the number
   * of records, and 64 blocks of 16 KiB spread over the data, or all data if there are fewer.
   * Paths, modification times and inodes do not matter: a copy has the fingerprint of the original.
   * Two datasets of the same shape that differ in a few bytes only may have the same fingerprint.
   *
   * <p>The blocks are read once for each dataset, by a thread that the first loader starts. This
   * call waits for it.
   *
   * @return 48 hexadecimal digits: 24 for the shape, 24 for the contents
   * @throws PenstockException if a file cannot be opened again, does not answer within 30 seconds,
   *     or the calling thread is interrupted while it waits; it stays interrupted
   */
  public String fingerprint() {
    return identity.fingerprint();
  }

  /**
   * Refuses a state that was not saved for this dataset and this order. States of version 1, which
   * identify files by modification time, are accepted as long as those times have not changed.
   *
   * @param state to go on from
   * @param order to go on in
   * @throws PenstockException naming what differs; or as {@link #fingerprint}
   */
  public void checkState(LoaderState state, Sampler order) {
    identity.check(state, order);
  }

  /** What the reading side needs to know about it. */
  OpenDataset opened() {
    return opened;
  }

  Identity identity() {
    return identity;
  }

  /**
   * Compares all files with what they were when they were opened.
   *
   * @throws PenstockException if one was modified, replaced or cut short, the file system does not
   *     answer, or the thread was interrupted
   * @throws IllegalStateException if closed
   */
  public void check() {
    checkOpen();
    DeviceCall.run("the files were being checked", () -> FileLook.check(opened.source()));
  }

  /**
   * Starts a loader over these records.
   *
   * @return a builder with defaults
   */
  public LoaderBuilder loader() {
    return new LoaderBuilder(this);
  }

  /**
   * Closes the loaders, then the files. Idempotent; any thread. A transform, sampler or progress
   * sink of one of its loaders must not call it. A dataset that becomes unreachable without being
   * closed is logged as a warning of logger {@code io.penstock}, with the place where it was
   * opened. Its files are then closed, unless records or numbers were taken from it.
   *
   * @throws IllegalStateException if a native call is using memory of a record or batch: close
   *     again when it has returned
   * @throws PenstockException if a device or file server does not answer for 30 seconds (system
   *     property {@code penstock.deviceTimeout}), or the thread is interrupted while it waits. What
   *     cannot be closed is kept; close again when the device answers
   */
  @Override
  public void close() {
    loaders.checkMayClose();
    synchronized (this) {
      isClosed = true;
    }
    opened.maps().ending();
    loaders.close();
    opened.close();
    watch.end();
  }

  /**
   * Registers a loader that is about to open files, so that closing cannot miss it.
   *
   * @throws IllegalStateException if closed
   */
  synchronized void opening(LoaderCore loader) {
    checkOpen();
    loaders.add(loader);
  }

  void forget(LoaderCore loader) {
    loaders.remove(loader);
  }

  /** Reads the files into the page cache, on behalf of all loaders. */
  DatasetWarming warming() {
    return warming;
  }

  void checkOpen() {
    if (isClosed) {
      throw new IllegalStateException("the dataset is closed");
    }
  }

  @Override
  public String toString() {
    return "Dataset[recordCount=%d, columns=%s]".formatted(recordCount(), columnNumbers.keySet());
  }
}

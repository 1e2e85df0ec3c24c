package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.report.LeakReports;
import io.penstock.internal.report.Warnings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a dataset's files is mapped: columns, offsets of records, names of files. Each when it is
 * first asked for.
 *
 * <p>What it owns: how long the mappings may be used. It must not close the source that they are
 * of: its opener does, afterwards. Thread-safe.
 */
public final class DatasetMaps implements AutoCloseable {
  private final DatasetFiles opened;
  private final List<Column> columns;
  private final Arena arena = Arena.ofShared();
  private final MappedColumn[] mapped;
  private final VariableSource[] variables;
  private boolean isClosed;

  /** Whether views of mappings were handed out, which may be in use when nothing else is. */
  private volatile boolean isHandedOut;

  /** Whether the dataset is being closed by hand. */
  private volatile boolean isEnding;

  DatasetMaps(DatasetFiles opened) {
    this.opened = opened;
    this.columns = opened.columns();
    this.mapped = new MappedColumn[columns.size()];
    this.variables = new VariableSource[columns.size()];
  }

  /**
   * A column by its number.
   *
   * @throws PenstockException if a file cannot be mapped
   * @throws IllegalStateException if closed
   */
  synchronized MappedColumn column(int number) {
    checkOpen();
    if (mapped[number] == null) {
      List<ArrayLayout> arrays = arrays(number);
      List<MemorySegment> mappings = new ArrayList<>();
      for (ArrayLayout array : arrays) {
        mappings.add(
            array.recordCount() == 0
                ? MemorySegment.NULL
                : opened.source().map(opened.fileNumber(array.path()), arena));
      }
      mapped[number] = new MappedColumn(columns.get(number), arrays, mappings);
    }
    return mapped[number];
  }

  private List<ArrayLayout> arrays(int number) {
    if (opened.layout(number) instanceof ColumnLayout.FixedRecords fixed) {
      return fixed.arrays();
    }
    throw new IllegalArgumentException(
        "column '" + columns.get(number).name() + "' has records of different sizes");
  }

  /**
   * Where the records of a column with different sizes are.
   *
   * @param number of a column that has such records
   * @throws PenstockException if a file cannot be mapped
   * @throws IllegalStateException if closed
   */
  synchronized VariableSource variable(int number) {
    checkOpen();
    if (variables[number] == null) {
      Column column = columns.get(number);
      variables[number] =
          switch (opened.layout(number)) {
            case ColumnLayout.FixedRecords _ ->
                throw new IllegalArgumentException(
                    "column '" + column.name() + "' has records of one size");
            case DividedRecords divided -> values(column, divided);
            case ColumnLayout.FileRecords files -> files(number, files.folder());
          };
    }
    return variables[number];
  }

  /** One record of a column with records of different sizes, in memory of its own. */
  public static MemorySegment copy(VariableSource source, long index) {
    long bytes = source.bytes(index);
    if (bytes > Integer.MAX_VALUE) {
      throw new PenstockException(
          ErrorKind.RESOURCE_LIMIT,
          "record %d: expected at most %d bytes to read it alone, found %d: read it in a batch"
              .formatted(index, Integer.MAX_VALUE, bytes));
    }
    MemorySegment record = Arena.ofAuto().allocate(bytes, Long.BYTES);
    source.readSteadily(index, record.asByteBuffer());
    return record.asReadOnly();
  }

  /** A file by its number, mapped. */
  synchronized MemorySegment file(int number) {
    checkOpen();
    return opened.source().file(number).sizeBytes() == 0
        ? MemorySegment.NULL
        : opened.source().map(number, arena);
  }

  private VariableSource files(int number, FolderIndex folder) {
    MemorySegment mapping = opened.source().map(opened.fileNumber(folder.file()), arena);
    return new FolderSource(
        columns.get(number).name(), folder, mapping, opened.objectNumber(number));
  }

  private VariableSource values(Column column, DividedRecords divided) {
    List<ValuesSource.DividedArray> parts = new ArrayList<>();
    for (RecordLayout.Variable division : divided.divisions()) {
      parts.add(
          new ValuesSource.DividedArray(
              division.values().path(),
              opened.fileNumber(division.values().path()),
              division instanceof RecordLayout.ByIndex ? 0 : division.values().dataOffset(),
              division.values().recordCount(),
              division.dataBytes(),
              division.recordCount(),
              places(division)));
    }
    int valueBytes = Math.toIntExact(column.shards().getFirst().strideBytes());
    return new ValuesSource(column.name(), valueBytes, parts);
  }

  private ValuesSource.Places places(RecordLayout.Variable division) {
    return switch (division) {
      case RecordLayout.ByOffsets records ->
          new ValuesSource.OffsetPlaces(numbers(records.offsets()));
      case RecordLayout.ByLengths records ->
          new ValuesSource.LengthPlaces(numbers(records.starts()), numbers(records.lengths()));
      case RecordLayout.ByIndex records ->
          new ValuesSource.ContainerPlaces(
              numbers(records.starts()),
              numbers(records.lengths()),
              records.baseBytes(),
              records.values().fileBytes(),
              records.areMissingEmpty(),
              records.names());
    };
  }

  private MappedIntegers numbers(ArrayLayout layout) {
    MemorySegment mapping =
        layout.recordCount() == 0
            ? MemorySegment.NULL
            : opened.source().map(opened.fileNumber(layout.path()), arena);
    return new MappedIntegers(
        layout.path(),
        mapping,
        layout.dataOffset(),
        layout.runs().getFirst().strideBytes(),
        layout.elementType());
  }

  /** Reports a dataset that becomes unreachable, and closes its files. */
  public static LeakReports.Watch watch(Object dataset, DatasetMaps maps) {
    String description = dataset.toString();
    Throwable origin = new Throwable("the dataset was opened here");
    return LeakReports.watch(dataset, () -> maps.forgotten(description, origin));
  }

  /**
   * The dataset is unreachable. Its loaders are closed by then, as each refers to it for as long as
   * it is not. Files that are mapped stay open if views were handed out: they may be in use.
   */
  private void forgotten(String description, Throwable origin) {
    boolean isFree = isEnding || !isHandedOut;
    if (!isEnding) {
      Warnings.warn(
          "%s became unreachable without being closed: its files are %s; close it, best in a try statement"
              .formatted(
                  description,
                  isFree ? "closed now" : "kept open, as records or numbers of it may be in use"),
          origin);
    }
    if (isFree) {
      LeakReports.closeLater(
          () -> {
            close();
            opened.source().close();
          });
    }
  }

  /** A view of a mapping is about to be handed out. */
  public void handOut() {
    isHandedOut = true;
  }

  /** Closing begins. */
  public void ending() {
    isEnding = true;
  }

  private void checkOpen() {
    if (isClosed) {
      throw new IllegalStateException("the dataset is closed");
    }
  }

  /**
   * Ends all use of them. Idempotent.
   *
   * @throws IllegalStateException if memory of a record is in use by a native call: close again
   *     when that is over
   */
  @Override
  public synchronized void close() {
    isClosed = true;
    if (arena.scope().isAlive()) {
      arena.close();
    }
    for (VariableSource variable : variables) {
      if (variable != null) {
        variable.close();
      }
    }
  }
}

package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Opens the files of a dataset: reads what they say of themselves, and tells the native source
 * where the records lie.
 *
 * <p>What it owns: the checks that files fit together and that they are the ones whose headers were
 * read. It must not close the source: its opener does.
 */
public final class DatasetFiles {
  private final OpenFiles source;
  private final Map<Integer, Integer> objectNumbers = new LinkedHashMap<>();
  private final Map<Path, Integer> fileNumbers = new LinkedHashMap<>();
  private final List<Column> columns = new ArrayList<>();
  private final List<ColumnLayout> layouts = new ArrayList<>();
  private final List<RecordTables.VariableColumn> tables = new ArrayList<>();

  /**
   * Opens all files.
   *
   * @param source empty; files and columns are added
   * @param columns what each column is to be made of
   * @throws PenstockException if a file cannot be opened, is not understood, or does not fit
   */
  public DatasetFiles(OpenFiles source, Collection<ColumnFiles> columns) {
    this.source = source;
    OpenFolders folders = new OpenFolders();
    columns.forEach(files -> add(files, folders));
    for (int i = 0; i < layouts.size(); i++) {
      if (layouts.get(i) instanceof ColumnLayout.FileRecords files) {
        FolderIndex folder = files.folder();
        objectNumbers.put(i, source.addObject(folder.folder(), folder.dataBytes()));
      }
    }
  }

  public OpenFiles source() {
    return source;
  }

  public List<Column> columns() {
    return List.copyOf(columns);
  }

  /** The number of a file in the source. */
  public int fileNumber(Path path) {
    return fileNumbers.get(path);
  }

  /** The number of the object that the files of a folder are to C, by the number of the column. */
  public int objectNumber(int column) {
    return objectNumbers.get(column);
  }

  /**
   * A part of a file that holds records.
   *
   * @param file its number
   * @param beginBytes where the first one begins
   * @param endBytes where the last one ends
   * @param dataBytes size of the records in it, which may have much else between them
   */
  public record Extent(int file, long beginBytes, long endBytes, long dataBytes) {}

  /** Where in the files records lie; not those that are files themselves. */
  public void forEachExtent(Consumer<Extent> extents) {
    for (ColumnLayout layout : layouts) {
      switch (layout) {
        case ColumnLayout.FixedRecords fixed -> addExtents(fixed.column(), extents);
        case DividedRecords divided ->
            divided.divisions().forEach(division -> addExtent(division, extents));
        case ColumnLayout.FileRecords _ -> {}
      }
    }
  }

  private void addExtents(Column column, Consumer<Extent> extents) {
    for (Shard shard : column.shards()) {
      if (shard.recordCount() > 0) {
        long last = shard.dataOffset() + (shard.recordCount() - 1) * shard.strideBytes();
        extents.accept(
            new Extent(
                fileNumber(shard.path()),
                shard.dataOffset(),
                last + column.recordBytes(),
                shard.recordCount() * column.recordBytes()));
      }
    }
  }

  private void addExtent(RecordLayout.Variable division, Consumer<Extent> extents) {
    ArrayLayout values = division.values();
    long bytes = values.dataBytes();
    if (bytes > 0) {
      extents.accept(
          new Extent(
              fileNumber(values.path()),
              values.dataOffset(),
              values.dataOffset() + bytes,
              division.dataBytes()));
    }
  }

  /** The variable columns whose records C is to be told of. */
  List<RecordTables.VariableColumn> tables() {
    return List.copyOf(tables);
  }

  /** What a column is made of. */
  ColumnLayout layout(int number) {
    return layouts.get(number);
  }

  private void add(ColumnFiles files, OpenFolders folders) {
    ColumnLayout layout = files.layout(folders);
    columns.add(
        switch (layout) {
          case ColumnLayout.FixedRecords fixed -> add(fixed);
          case DividedRecords divided -> add(divided);
          case ColumnLayout.FileRecords folder -> add(folder);
        });
    layouts.add(layout);
  }

  private Column add(ColumnLayout.FixedRecords fixed) {
    fixed.arrays().forEach(this::openFile);
    Column column = fixed.column();
    checkCount(column);
    int[] numbers =
        column.shards().stream().mapToInt(shard -> fileNumbers.get(shard.path())).toArray();
    source.addColumn(column.name(), column.recordBytes(), column.shards(), numbers);
    return column;
  }

  /** Where its records lie C is told later: other files say it. */
  private Column add(DividedRecords divided) {
    for (RecordLayout.Variable division : divided.divisions()) {
      openFile(division.values());
      division.numbers().forEach(this::openFile);
    }
    Column column = divided.column();
    checkCount(column);
    addTable(column);
    return column;
  }

  private void addTable(Column column) {
    tables.add(
        new RecordTables.VariableColumn(
            columns.size(),
            column.name(),
            column.recordCount(),
            source.addVariableColumn(column.name())));
  }

  private Column add(ColumnLayout.FileRecords files) {
    fileNumbers.computeIfAbsent(files.folder().file(), source::addFile);
    Column column = files.column();
    checkCount(column, files.folder().folder());
    addTable(column);
    return column;
  }

  private void openFile(ArrayLayout layout) {
    Path path = layout.path();
    if (!fileNumbers.containsKey(path)) {
      fileNumbers.put(path, source.addFile(path));
    }
    FileFacts facts = source.file(fileNumbers.get(path));
    // The file was opened twice, and may have been replaced in between.
    if (facts.sizeBytes() != layout.fileBytes()
        || facts.modifiedNanos() != layout.modified().to(TimeUnit.NANOSECONDS)) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          path,
          "expected a file that stays as it is, found that it was modified while it was opened:"
              + " open it when it is complete");
    }
  }

  private void checkCount(Column column) {
    checkCount(column, column.shards().getFirst().path());
  }

  /** Says what is wrong of the path that the caller knows. */
  private void checkCount(Column column, Path path) {
    if (column.recordCount() > NativeLimits.MAX_RECORDS) {
      throw PenstockException.about(
          ErrorKind.RESOURCE_LIMIT,
          path,
          "expected at most %d records, found %d in column '%s': use a part of the data"
              .formatted(NativeLimits.MAX_RECORDS, column.recordCount(), column.name()));
    }
    if (!columns.isEmpty() && columns.getFirst().recordCount() != column.recordCount()) {
      Column first = columns.getFirst();
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          path,
          ("expected %d records in column '%s', as many as in column '%s' (%s), found %d: columns"
                  + " of one dataset belong together record by record")
              .formatted(
                  first.recordCount(),
                  column.name(),
                  first.name(),
                  first.shards().getFirst().path(),
                  column.recordCount()));
    }
  }
}

package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.folder.FolderIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Opens the files of a dataset: reads what they say of themselves, and tells the native source
 * where the records lie.
 *
 * <p>What it owns: the checks that files fit to each other and are those whose headers were read.
 * It must not close the source: its opener does.
 */
public final class DatasetFiles {
  private final NativeSource source;
  private final Map<Path, Integer> fileNumbers = new LinkedHashMap<>();
  private final List<Column> columns = new ArrayList<>();
  private final Map<String, VariableFiles> variables = new LinkedHashMap<>();
  private final Map<String, FolderIndex> folders = new LinkedHashMap<>();

  /**
   * Opens all files.
   *
   * @param source empty; files and columns are added
   * @param columns what each column is made of, by name
   * @throws PenstockException if a file cannot be opened, is not understood, or does not fit
   */
  public DatasetFiles(NativeSource source, Map<String, ColumnFiles> columns) {
    this.source = source;
    columns.forEach(this::add);
  }

  public NativeSource source() {
    return source;
  }

  public List<Column> columns() {
    return List.copyOf(columns);
  }

  /** The number of a file in the source. */
  public int fileNumber(Path path) {
    return fileNumbers.get(path);
  }

  /** What columns with records of different sizes are made of, by name. */
  Map<String, VariableFiles> variables() {
    return Map.copyOf(variables);
  }

  /** Folders whose files are records, by the name of the column. */
  Map<String, FolderIndex> folders() {
    return Map.copyOf(folders);
  }

  private void add(String name, ColumnFiles files) {
    FolderIndex folder = files.folderOrNull();
    if (folder != null) {
      add(name, folder);
      return;
    }
    VariableFiles variable = files.variableOrNull();
    if (variable != null) {
      add(variable);
      return;
    }
    List<ArrayLayout> layouts = files.layouts();
    layouts.forEach(this::openFile);
    Column column = ArrayLayout.column(name, layouts);
    checkCount(column);
    int[] numbers =
        column.shards().stream().mapToInt(shard -> fileNumbers.get(shard.path())).toArray();
    source.addColumn(name, column.recordBytes(), column.shards(), numbers);
    columns.add(column);
  }

  /** C knows the files only; other files say where a record lies. */
  private void add(VariableFiles files) {
    for (VariableFiles.Division division : files.divisions()) {
      openFile(division.values());
      openFile(division.starts());
      if (division.lengths() != null) {
        openFile(division.lengths());
      }
    }
    Column column = files.column();
    checkCount(column);
    variables.put(column.name(), files);
    columns.add(column);
  }

  private void add(String name, FolderIndex folder) {
    fileNumbers.computeIfAbsent(folder.file(), source::addFile);
    Column column =
        new Column(
            name,
            ElementType.UINT8,
            Shape.SCALAR,
            folder.recordCount(),
            0,
            List.of(new Shard(folder.file(), 0, folder.recordCount(), 1)));
    checkCount(column, folder.folder());
    folders.put(name, folder);
    columns.add(column);
  }

  private void openFile(ArrayLayout layout) {
    Path path = layout.path();
    if (!fileNumbers.containsKey(path)) {
      fileNumbers.put(path, source.addFile(path));
    }
    NativeSource.FileFacts facts = source.file(fileNumbers.get(path));
    // The file was opened twice; between that, another one may have been put in its place.
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

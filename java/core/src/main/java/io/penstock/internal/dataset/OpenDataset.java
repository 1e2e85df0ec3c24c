package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.FileInfo;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.RecordLocator;
import io.penstock.internal.wait.DeviceCall;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The columns of an open dataset and where their records lie: what reading has to know of it.
 *
 * <p>What it owns: the source that the files are open in, and their mappings. It does not know the
 * loaders, which are to be closed before it. Thread-safe.
 */
public final class OpenDataset implements AutoCloseable {
  private final DatasetFiles files;
  private final DatasetMaps maps;
  private final RecordTables tables;
  private final List<Column> columns;

  /** Takes the files and their source over. */
  public OpenDataset(DatasetFiles files) {
    this.files = files;
    this.columns = files.columns();
    this.maps = new DatasetMaps(files);
    this.tables = new RecordTables(files.tables(), maps);
  }

  /** The files that it is made of. */
  public DatasetFiles files() {
    return files;
  }

  /** What is mapped of them. */
  public DatasetMaps maps() {
    return maps;
  }

  /** The first column whose records are files of a folder. */
  public Optional<Column> folderColumn() {
    for (int i = 0; i < columns.size(); i++) {
      if (files.layout(i) instanceof ColumnLayout.FileRecords) {
        return Optional.of(columns.get(i));
      }
    }
    return Optional.empty();
  }

  /** The columns whose records are files of folders: their files, by the numbers of columns. */
  public Map<Integer, FolderSource> folders() {
    Map<Integer, FolderSource> folders = new TreeMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (files.layout(i) instanceof ColumnLayout.FileRecords) {
        folders.put(i, (FolderSource) maps.variable(i));
      }
    }
    return folders;
  }

  /** How long records of variable columns are. */
  public RecordLengths lengths() {
    return tables;
  }

  /** The longest record, over all variable columns together at most. */
  public long longestBytes() {
    return tables.longestBytes();
  }

  /** Where the records of variable columns lie. */
  public RecordTables tables() {
    return tables;
  }

  /** What the files are open in. */
  public OpenFiles source() {
    return files.source();
  }

  public List<Column> columns() {
    return columns;
  }

  public long recordCount() {
    return columns.getFirst().recordCount();
  }

  /** Size of a record over all columns; where sizes differ, about the mean. */
  public long recordBytes() {
    long sum = 0;
    for (int i = 0; i < columns.size(); i++) {
      sum += meanBytes(i);
    }
    return sum;
  }

  /** Size of a record of a column; where sizes differ, about the mean, at least 1. */
  public long meanBytes(int number) {
    Column column = columns.get(number);
    return column.isVariable() ? variableSource(number).meanBytes() : column.recordBytes();
  }

  /** Where the records of a column lie, by its number; of variable ones once tables are filled. */
  public RecordLocator locator(int number) {
    Column column = columns.get(number);
    return column.isVariable()
        ? tables.table(number)
        : new FixedLocator(column, shard -> files.fileNumber(shard.path()));
  }

  /** A column by its number, mapped. */
  public MappedColumn mappedColumn(int number) {
    return maps.column(number);
  }

  /** The numbers of the files that hold the values of a variable column. */
  public List<Integer> valueFiles(int number) {
    return columns.get(number).shards().stream()
        .map(shard -> files.fileNumber(shard.path()))
        .distinct()
        .toList();
  }

  /** A file by its number, mapped; NULL if it is empty. */
  public MemorySegment mappedFile(int number) {
    return maps.file(number);
  }

  /** Where the records of a column with different sizes are. */
  public VariableSource variableSource(int number) {
    return maps.variable(number);
  }

  /** What the file system says of the files now. */
  public List<FileInfo> fileInfos() {
    return DeviceCall.get("the files were being looked at", () -> FileLook.infos(source()));
  }

  /** Ends all use of the mappings, then closes the files. Idempotent. */
  @Override
  public void close() {
    maps.close();
    source().close();
  }
}

package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.FileInfo;
import io.penstock.internal.ffi.DeviceCall;
import io.penstock.internal.ffi.NativeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of an open dataset and where their records lie: what reading has to know of it.
 *
 * <p>What it owns: the source that the files are open in, and their mappings. It does not know the
 * loaders, which are to be closed before it. Thread-safe.
 */
public final class OpenDataset implements AutoCloseable {
  private final DatasetFiles files;
  private final DatasetMaps maps;
  private final List<Column> columns;

  /** Takes the files and their source over. */
  public OpenDataset(DatasetFiles files) {
    this.files = files;
    this.columns = files.columns();
    this.maps = new DatasetMaps(files);
  }

  /** The files that it is made of. */
  public DatasetFiles files() {
    return files;
  }

  /** What is mapped of them. */
  public DatasetMaps maps() {
    return maps;
  }

  /** What the files are open in. */
  public NativeSource source() {
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
      Column column = columns.get(i);
      sum += column.isVariable() ? variableSource(i).meanBytes() : column.recordBytes();
    }
    return sum;
  }

  /** A column by its number, mapped. */
  public MappedColumn mappedColumn(int number) {
    return maps.column(number);
  }

  /** All columns, mapped. */
  public List<MappedColumn> mappedColumns() {
    List<MappedColumn> mapped = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      mapped.add(maps.column(i));
    }
    return mapped;
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

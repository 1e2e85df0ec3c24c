package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.internal.file.SteadyChannel;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Reads single records one by one, to find out which one is bad.
 *
 * <p>What it owns: the files that it has opened, which it opens again when they are needed again.
 * Only for records that could not be read otherwise. One thread at a time.
 */
public final class RecordReader implements AutoCloseable {
  private static final long VIEW_BYTES = 1 << 30;

  private final List<Column> columns;
  private final IntFunction<VariableSource> variables;
  private final Map<Path, FileChannel> files = new HashMap<>();

  /** Of each column the first record of each shard; made when it is needed. */
  private final Map<Integer, long[]> firstRecords = new HashMap<>();

  /**
   * Of all columns of a dataset.
   *
   * @param dataset must stay open
   */
  public RecordReader(OpenDataset dataset) {
    this(dataset.columns(), dataset::variableSource);
  }

  /**
   * Of some columns.
   *
   * @param columns all with the same number of records, each of one size
   */
  public RecordReader(List<Column> columns) {
    this(
        columns,
        _ -> {
          throw new IllegalArgumentException("expected columns with records of one size");
        });
  }

  private RecordReader(List<Column> columns, IntFunction<VariableSource> variables) {
    this.columns = List.copyOf(columns);
    this.variables = variables;
  }

  /**
   * Where a record lies.
   *
   * @param column number of the column
   * @param index of the record, in range
   * @return the place
   */
  public RecordPlace place(int column, long index) {
    if (columns.get(column).isVariable()) {
      return variables.apply(column).place(index);
    }
    Shard shard = shard(column, index);
    return new RecordPlace(shard.path(), offset(column, index));
  }

  /**
   * How many bytes a record has.
   *
   * @param column number of the column
   * @param index of the record, in range
   * @return bytes
   * @throws io.penstock.error.PenstockException if its files give it an impossible place
   */
  public long bytes(int column, long index) {
    Column of = columns.get(column);
    return of.isVariable() ? variables.apply(column).bytes(index) : of.recordBytes();
  }

  /**
   * Reads a record.
   *
   * @param column number of the column
   * @param index of the record, in range
   * @param target native memory of exactly its size
   * @throws IOException if it cannot be read, or the file ends before it does
   * @throws io.penstock.error.PenstockException if one of different size cannot
   */
  public void read(int column, long index, MemorySegment target) throws IOException {
    if (columns.get(column).isVariable()) {
      variables.apply(column).readSteadily(index, target.asByteBuffer());
      return;
    }
    Shard shard = shard(column, index);
    FileChannel file = file(shard.path());
    StridedRecord pieces = StridedRecord.of(columns.get(column), shard);
    long offset = offset(column, index);
    if (pieces == null) {
      read(file, offset, target);
    } else {
      pieces.forEach(offset, (from, to, bytes) -> read(file, from, target.asSlice(to, bytes)));
    }
  }

  private FileChannel file(Path path) throws IOException {
    FileChannel file = files.get(path);
    if (file == null) {
      file = SteadyChannel.forReading(path);
      files.put(path, file);
    }
    return file;
  }

  private static void read(FileChannel file, long offset, MemorySegment target) throws IOException {
    for (long done = 0; done < target.byteSize(); ) {
      long bytes = Math.min(VIEW_BYTES, target.byteSize() - done);
      ByteBuffer view = target.asSlice(done, bytes).asByteBuffer();
      int count = file.read(view, offset + done);
      if (count < 0) {
        throw new EOFException(
            "expected a file of at least %d bytes, found %d"
                .formatted(offset + target.byteSize(), file.size()));
      }
      done += count;
    }
  }

  private Shard shard(int column, long index) {
    return columns.get(column).shards().get(shardNumber(column, index));
  }

  private int shardNumber(int column, long index) {
    long[] firsts = firstRecords(column);
    int low = 0;
    int high = firsts.length;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (firsts[middle] <= index) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long[] firstRecords(int column) {
    return firstRecords.computeIfAbsent(
        column,
        _ -> {
          List<Shard> shards = columns.get(column).shards();
          long[] firsts = new long[shards.size()];
          for (int i = 1; i < firsts.length; i++) {
            firsts[i] = firsts[i - 1] + shards.get(i - 1).recordCount();
          }
          return firsts;
        });
  }

  private long offset(int column, long index) {
    int number = shardNumber(column, index);
    Shard shard = columns.get(column).shards().get(number);
    return shard.dataOffset() + (index - firstRecords(column)[number]) * shard.strideBytes();
  }

  /** Closes the files. They are opened again by the next read. */
  @Override
  public void close() {
    if (files.isEmpty()) {
      return;
    }
    try {
      for (FileChannel file : files.values()) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      files.clear();
    }
  }
}

package io.penstock.internal.pure;

import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.PageAdvice;
import io.penstock.internal.platform.SlotLayout;
import io.penstock.internal.wait.DeviceCall;
import io.penstock.internal.wait.Patience;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a dataset, with what Java's library tells of them.
 *
 * <p>What it owns: record tables, and mappings that were made to look at the page cache. Files are
 * not kept open: readers open them, and compare them with what they were when they were added. A
 * mapping that was handed out lives as long as the arena that it was asked for with.
 */
public final class JavaFiles implements OpenFiles {
  /** Values and columns begin at lines of the processor's cache. */
  private static final long LINE_BYTES = 64;

  /** Beginnings of shards that are few are no memory to speak of. */
  private static final int FEW_SHARDS = 1024;

  private static final long SHARD_BYTES = 24;

  /** A column: of records of one size, or variable with the table that knows them. */
  private record PlacedColumn(String name, long recordBytes, JavaTable table) {}

  private final List<FileFacts> files = new ArrayList<>();
  private final List<Long> objectSizes = new ArrayList<>();
  private final List<PlacedColumn> columns = new ArrayList<>();
  private final Map<Integer, MemorySegment> mappings = new HashMap<>();
  private final Arena tables = Arena.ofShared();
  private final ReadChannels channels = new ReadChannels(this);
  private long recordCount = -1;
  private long shardBytes;
  private volatile boolean isClosed;

  @Override
  public int addFile(Path path) {
    if (!objectSizes.isEmpty()) {
      throw new IllegalStateException("files have smaller numbers than objects: add them first");
    }
    files.add(DeviceCall.get(path + " was being opened", () -> FileStatus.opened(path)));
    return files.size() - 1;
  }

  @Override
  public int addObject(Path path, long sizeBytes) {
    objectSizes.add(sizeBytes);
    return files.size() + objectSizes.size() - 1;
  }

  @Override
  public void addColumn(String name, long recordBytes, List<Shard> shards, int[] fileNumbers) {
    long count = 0;
    for (int i = 0; i < shards.size(); i++) {
      Shard shard = shards.get(i);
      long last = shard.recordCount() - 1;
      boolean fits =
          last < 0
              || (shard.dataOffset() >= 0
                  && Math.multiplyHigh(last, shard.strideBytes()) == 0
                  && last * shard.strideBytes() >= 0
                  && last * shard.strideBytes()
                      <= sizeBytes(fileNumbers[i]) - shard.dataOffset() - recordBytes);
      if (!fits) {
        throw PenstockException.builder(
                ErrorKind.OTHER,
                "%s: expected column '%s' of %d shards with records of %d bytes to fit into its files"
                    .formatted(shard.path(), name, shards.size(), recordBytes))
            .path(shard.path())
            .build();
      }
      count += shard.recordCount();
    }
    checkCount(name, count);
    columns.add(new PlacedColumn(name, recordBytes, null));
    shardBytes += shards.size() > FEW_SHARDS ? shards.size() * SHARD_BYTES : 0;
  }

  /** All columns have as many records. */
  void checkCount(String column, long count) {
    if (recordCount >= 0 && recordCount != count) {
      throw new PenstockException(
          ErrorKind.OTHER,
          "column '%s': expected %d records as in other columns, found %d"
              .formatted(column, recordCount, count));
    }
    recordCount = count;
  }

  @Override
  public JavaTable addVariableColumn(String name) {
    JavaTable table = new JavaTable(this, name, tables);
    columns.add(new PlacedColumn(name, 0, table));
    return table;
  }

  @Override
  public FileFacts file(int number) {
    return files.get(number);
  }

  @Override
  public List<FileFacts> files() {
    return List.copyOf(files);
  }

  @Override
  public int fileCount() {
    return files.size();
  }

  /** Of a file or an object. */
  long sizeBytes(int number) {
    return number < files.size()
        ? files.get(number).sizeBytes()
        : objectSizes.get(number - files.size());
  }

  @Override
  public Runnable check(Arena scratch) {
    return () -> {
      checkOpen();
      for (int i = 0; i < files.size(); i++) {
        FileStatus.check(files.get(i));
      }
    };
  }

  /**
   * Asks open channels for their sizes, which takes a tenth of the time of asking by path, and
   * leaves no garbage. What was modified or replaced otherwise is left to {@link #check}.
   */
  @Override
  public Runnable quickCheck(Arena scratch) {
    return () -> {
      checkOpen();
      for (int i = 0; i < files.size(); i++) {
        FileFacts known = files.get(i);
        if (channels.sizeBytes(i) != known.sizeBytes()) {
          FileStatus.check(known);
        }
      }
    };
  }

  @Override
  public double cachedFraction(int file) {
    checkOpen();
    return JavaPages.cachedFraction(files.get(file));
  }

  /** Not while it is being closed. */
  @Override
  public synchronized MemorySegment map(int file, Arena arena) {
    checkOpen();
    MemorySegment mapping = mappings.get(file);
    if (mapping == null || !mapping.scope().isAlive()) {
      FileFacts facts = files.get(file);
      mapping =
          DeviceCall.get(
              facts.path() + " was being mapped", () -> FileStatus.map(facts, arena).asReadOnly());
      mappings.put(file, mapping);
    }
    return mapping;
  }

  /** A mapping that was made; null if there is none. */
  synchronized MemorySegment mappingOrNull(int file) {
    MemorySegment mapping = mappings.get(file);
    return mapping == null || !mapping.scope().isAlive() ? null : mapping;
  }

  /** Java tells the kernel nothing. */
  @Override
  public void advise(int column, MemorySegment indices, int count, PageAdvice advice) {}

  @Override
  public int hold() {
    return 0;
  }

  @Override
  public void release(int pass) {}

  /** Java has no instruction for it. */
  @Override
  public boolean hasHints() {
    return false;
  }

  @Override
  public void hint(int column, MemorySegment indices, int first, int count) {
    throw new UnsupportedOperationException("Java cannot hint");
  }

  @Override
  public SlotLayout slotLayout(int batchSize, long valueBytes) {
    List<Long> offsets = new ArrayList<>();
    long end = 0;
    boolean isVariable = false;
    for (PlacedColumn column : columns) {
      offsets.add(end);
      isVariable |= column.table != null;
      long bytes =
          column.table != null
              ? (batchSize + 2L) * Long.BYTES
              : Math.multiplyExact(batchSize, column.recordBytes);
      end = aligned(Math.addExact(end, bytes), LINE_BYTES);
    }
    end += isVariable ? aligned(valueBytes, NativeLimits.BLOCK_BYTES) : 0;
    return new SlotLayout(
        offsets, Math.max(NativeLimits.BLOCK_BYTES, aligned(end, NativeLimits.BLOCK_BYTES)));
  }

  private static long aligned(long bytes, long unit) {
    return Math.ceilDiv(bytes, unit) * unit;
  }

  @Override
  public long tableBytes() {
    long bytes = shardBytes;
    for (PlacedColumn column : columns) {
      bytes += column.table == null ? 0 : column.table.facts().tableBytes();
    }
    return bytes;
  }

  @Override
  public FilePages pages() {
    return new JavaPages(this, channels);
  }

  void checkOpen() {
    if (isClosed) {
      throw new IllegalStateException("the dataset is closed");
    }
  }

  /** Readers have files of their own open, and end before this. */
  @Override
  public void close(Patience patience) {
    isClosed = true;
    channels.close();
    synchronized (this) {
      if (tables.scope().isAlive()) {
        tables.close();
      }
    }
  }

  @Override
  public void close() {
    Patience patience = Patience.begin();
    try {
      close(patience);
    } finally {
      patience.end();
    }
  }
}

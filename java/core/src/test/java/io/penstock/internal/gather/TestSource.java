package io.penstock.internal.gather;

import io.penstock.TestArray;
import io.penstock.TestColumn;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.internal.dataset.FixedLocator;
import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.RecordLocator;
import io.penstock.internal.platform.RecordTable;
import io.penstock.internal.platform.SlotLayout;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Test columns as open files, and slots for batches of them. */
final class TestSource implements AutoCloseable {
  final List<Column> columns = new ArrayList<>();
  final OpenFiles source;
  private final Arena arena = Arena.ofShared();
  private final List<TestShards> shards = new ArrayList<>();
  private final Map<TestArray, Integer> files = new LinkedHashMap<>();

  /**
   * A column in one file or several, and where its records lie.
   *
   * @param layouts of the files, if records have one size
   * @param table of a column whose records differ in size; null for others
   */
  private record TestShards(List<TestColumn> shards, List<ArrayLayout> layouts, RecordTable table) {
    TestShards {
      shards = List.copyOf(shards);
    }

    long longestBytes() {
      return table == null
          ? shards.getFirst().values().recordBytes()
          : Math.max(1, table.facts().longestBytes());
    }

    long meanBytes() {
      long count = shards.stream().mapToLong(TestColumn::recordCount).sum();
      return shards.stream().mapToLong(TestColumn::bytes).sum() / Math.max(1, count) + 1;
    }
  }

  /** Of the platform of this process. */
  TestSource() {
    this.source = Platforms.current().openFiles();
  }

  /** One column. */
  static TestSource of(TestColumn... shards) {
    return new TestSource().add("x", shards);
  }

  /** Another column; its shards are of one kind. */
  TestSource add(String name, TestColumn... of) {
    shards.add(of[0].isFixed() ? fixed(name, of) : variable(name, of));
    return this;
  }

  private int number(TestArray array) {
    return files.computeIfAbsent(array, added -> source.addFile(added.path()));
  }

  private TestShards fixed(String name, TestColumn... of) {
    List<ArrayLayout> layouts = new ArrayList<>();
    int[] numbers = new int[of.length];
    for (int i = 0; i < of.length; i++) {
      numbers[i] = number(of[i].values());
      layouts.add(layout(of[i].values()));
    }
    Column column = ArrayLayout.column(name, layouts);
    source.addColumn(name, of[0].values().recordBytes(), column.shards(), numbers);
    columns.add(column);
    return new TestShards(List.of(of), layouts, null);
  }

  private ArrayLayout layout(TestArray array) {
    FileFacts file = source.file(number(array));
    long recordBytes = array.recordBytes();
    return ArrayLayout.builder(
            array.path(), ElementType.UINT8, Shape.of(array.recordCount(), recordBytes))
        .runs(List.of(new ArrayLayout.Run(array.dataOffset(), array.recordCount(), recordBytes)))
        .recordStrides(1)
        .file(file.sizeBytes(), FileTime.from(file.modifiedNanos(), TimeUnit.NANOSECONDS))
        .build();
  }

  private TestShards variable(String name, TestColumn... of) {
    for (TestColumn shard : of) {
      number(shard.values());
    }
    RecordTable table = source.addVariableColumn(name);
    for (TestColumn shard : of) {
      append(table, shard);
    }
    table.seal();
    List<Shard> runs =
        Stream.of(of)
            .map(
                shard ->
                    Shard.of(
                        shard.values().path(), shard.values().dataOffset(), shard.recordCount(), 1))
            .toList();
    columns.add(
        Column.builder(name, ElementType.UINT8, Shape.SCALAR).shards(runs).variable().build());
    return new TestShards(List.of(of), List.of(), table);
  }

  private void append(RecordTable table, TestColumn shard) {
    int count = shard.recordCount();
    if (count == 0) {
      return;
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment numbers = scratch.allocate(ValueLayout.JAVA_INT, count);
      MemorySegment begins = scratch.allocate(ValueLayout.JAVA_LONG, count);
      MemorySegment lengths = scratch.allocate(ValueLayout.JAVA_LONG, count);
      for (int i = 0; i < count; i++) {
        numbers.setAtIndex(ValueLayout.JAVA_INT, i, number(shard.values()));
        begins.setAtIndex(ValueLayout.JAVA_LONG, i, shard.offsetBytes(i));
        lengths.setAtIndex(ValueLayout.JAVA_LONG, i, shard.record(i).length);
      }
      table.append(numbers, begins, lengths, count);
    }
  }

  /** What was written. */
  byte[] record(int column, long index) {
    return at(column, index, TestColumn::record);
  }

  /** Whether its file still has a record. */
  boolean isThere(int column, long index) {
    return at(
        column,
        index,
        (shard, within) -> {
          long end = shard.offsetBytes(within) + shard.record(within).length;
          try {
            return end <= Files.size(shard.values().path());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** The file of a record. */
  Path path(int column, long index) {
    return at(column, index, (shard, _) -> shard.values().path());
  }

  /** What is asked of a record of a shard. */
  private interface Question<T> {
    T of(TestColumn shard, long index);
  }

  private <T> T at(int column, long index, Question<T> question) {
    long rest = index;
    for (TestColumn shard : shards.get(column).shards) {
      if (rest < shard.recordCount()) {
        return question.of(shard, rest);
      }
      rest -= shard.recordCount();
    }
    throw new IndexOutOfBoundsException("record " + index);
  }

  boolean isAligned() {
    return source.files().stream().allMatch(file -> file.directOffsetAlignmentBytes() > 0);
  }

  boolean hasVariable() {
    return columns.stream().anyMatch(Column::isVariable);
  }

  /** The longest record, in all columns. */
  long longestBytes() {
    return shards.stream().mapToLong(TestShards::longestBytes).sum();
  }

  /** A record of mean size, in all columns. */
  long meanBytes() {
    return shards.stream().mapToLong(TestShards::meanBytes).sum();
  }

  /** Room for the values of a batch of the longest records; 0 where all have one size. */
  long valueBytes(int batchSize) {
    return shards.stream()
        .filter(of -> of.table != null)
        .mapToLong(of -> of.longestBytes() * batchSize + Slot.ALIGNMENT_BYTES)
        .sum();
  }

  /** Where the records of the columns lie. */
  List<RecordLocator> locators() {
    List<RecordLocator> locators = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      RecordTable table = shards.get(c).table;
      locators.add(
          table == null ? new FixedLocator(columns.get(c), shard -> number(shard.path())) : table);
    }
    return locators;
  }

  private int number(Path path) {
    return files.entrySet().stream()
        .filter(file -> file.getKey().path().equals(path))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  /** The columns, mapped. */
  List<MappedRecords> mapped(int batchSize) {
    MemorySegment[] mappings = new MemorySegment[source.fileCount()];
    Arrays.setAll(mappings, file -> source.map(file, arena));
    List<MappedRecords> mapped = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      TestShards of = shards.get(c);
      mapped.add(
          of.table == null
              ? new MappedFixed(
                  new MappedColumn(
                      columns.get(c),
                      of.layouts,
                      of.layouts.stream().map(file -> mappings[number(file.path())]).toList()))
              : new MappedVariable(
                  columns.get(c).name(), of.table, source, mappings, 1, of.meanBytes(), batchSize));
    }
    return mapped;
  }

  /** Slots filled with bytes that no read has brought. */
  List<Slot> slots(int count, int batchSize) {
    SlotLayout layout = source.slotLayout(batchSize, valueBytes(batchSize));
    List<SlotColumn> slotColumns = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      long offset = layout.offsets().get(c);
      slotColumns.add(
          columns.get(c).isVariable()
              ? new SlotColumn.Variable(offset, 1)
              : new SlotColumn.Fixed(offset, columns.get(c).recordBytes()));
    }
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      MemorySegment memory = arena.allocate(layout.slotBytes(), 4096);
      memory.fill((byte) 0x55);
      MemorySegment indices = arena.allocate((long) batchSize * Long.BYTES, Long.BYTES);
      slots.add(new Slot(0, memory, slotColumns, indices));
    }
    return slots;
  }

  @Override
  public void close() {
    arena.close();
    source.close();
  }
}

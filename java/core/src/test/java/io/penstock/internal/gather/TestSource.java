package io.penstock.internal.gather;

import io.penstock.TestArray;
import io.penstock.TestColumn;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Test arrays as a native source, and slots for batches of them. */
public final class TestSource implements AutoCloseable {
  final Map<String, List<TestArray>> arrays = new LinkedHashMap<>();
  public final List<Column> columns = new ArrayList<>();
  public final OpenFiles source;
  final Arena arena = Arena.ofShared();
  private final List<List<ArrayLayout>> layouts = new ArrayList<>();
  private final Map<TestArray, Integer> files = new LinkedHashMap<>();

  /** Of the platform of this process. */
  public TestSource() {
    this(Platforms.current().openFiles());
  }

  /** Of any platform; takes the files over. */
  TestSource(OpenFiles source) {
    this.source = source;
  }

  /** One column. */
  public static TestSource of(TestArray... shards) {
    return new TestSource().add("x", shards);
  }

  public TestSource add(String name, TestArray... shards) {
    arrays.put(name, List.of(shards));
    List<ArrayLayout> parts = new ArrayList<>();
    int[] numbers = new int[shards.length];
    long recordBytes = shards[0].recordBytes();
    for (int i = 0; i < shards.length; i++) {
      numbers[i] = files.computeIfAbsent(shards[i], array -> source.addFile(array.path()));
      parts.add(layout(shards[i]));
    }
    Column column = ArrayLayout.column(name, parts);
    source.addColumn(name, recordBytes, column.shards(), numbers);
    columns.add(column);
    layouts.add(parts);
    return this;
  }

  /** One column, for readers in C alone if records differ in size. */
  public static TestSource of(TestColumn column) {
    return column.isFixed()
        ? of(column.values())
        : new TestSource().addVariable(column.name(), column);
  }

  private TestSource addVariable(String name, TestColumn column) {
    int count = column.recordCount();
    int file = source.addFile(column.values().path());
    RecordTable table = source.addVariableColumn(name);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment numbers = scratch.allocate(ValueLayout.JAVA_INT, count);
      MemorySegment begins = scratch.allocate(ValueLayout.JAVA_LONG, count);
      MemorySegment lengths = scratch.allocate(ValueLayout.JAVA_LONG, count);
      for (int i = 0; i < count; i++) {
        numbers.setAtIndex(ValueLayout.JAVA_INT, i, file);
        begins.setAtIndex(ValueLayout.JAVA_LONG, i, column.offsetBytes(i));
        lengths.setAtIndex(ValueLayout.JAVA_LONG, i, column.record(i).length);
      }
      table.append(numbers, begins, lengths, count);
    }
    table.seal();
    return this;
  }

  private ArrayLayout layout(TestArray array) {
    FileFacts file = source.file(files.get(array));
    long recordBytes = array.recordBytes();
    return ArrayLayout.builder(
            array.path(), ElementType.UINT8, Shape.of(array.recordCount(), recordBytes))
        .runs(List.of(new ArrayLayout.Run(array.dataOffset(), array.recordCount(), recordBytes)))
        .recordStrides(1)
        .file(file.sizeBytes(), FileTime.from(file.modifiedNanos(), TimeUnit.NANOSECONDS))
        .build();
  }

  /** What plain Java reads. */
  public byte[] record(int column, long index) {
    long rest = index;
    for (TestArray shard : arrays.get(columns.get(column).name())) {
      if (rest < shard.recordCount()) {
        return shard.record(rest);
      }
      rest -= shard.recordCount();
    }
    throw new IndexOutOfBoundsException("record " + index);
  }

  public boolean isAligned() {
    return source.files().stream().allMatch(file -> file.directOffsetAlignmentBytes() > 0);
  }

  /** Where the records of the columns lie. */
  List<RecordLocator> locators() {
    return columns.stream()
        .<RecordLocator>map(column -> new FixedLocator(column, shard -> number(shard.path())))
        .toList();
  }

  private int number(Path path) {
    return files.entrySet().stream()
        .filter(file -> file.getKey().path().equals(path))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  public List<MappedColumn> mappedColumns() {
    List<MappedColumn> mapped = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      List<MemorySegment> mappings =
          arrays.get(column.name()).stream()
              .map(array -> source.map(files.get(array), arena))
              .toList();
      mapped.add(new MappedColumn(column, layouts.get(i), mappings));
    }
    return mapped;
  }

  /** Slots filled with bytes that no read has brought. */
  public List<Slot> slots(int count, int batchSize) {
    SlotLayout layout = source.slotLayout(batchSize, 0);
    List<Long> recordBytes = columns.stream().map(Column::recordBytes).toList();
    return slots(count, batchSize, layout, SlotColumn.fixed(layout.offsets(), recordBytes));
  }

  /** A slot for a column that was made by {@link #of(TestColumn)}. */
  Slot slot(TestColumn column, int batchSize, long valueBytes) {
    if (column.isFixed()) {
      return slots(1, batchSize).getFirst();
    }
    SlotLayout layout = source.slotLayout(batchSize, valueBytes);
    SlotColumn only = new SlotColumn.Variable(layout.offsets().getFirst(), 1);
    return slots(1, batchSize, layout, List.of(only)).getFirst();
  }

  private List<Slot> slots(
      int count, int batchSize, SlotLayout layout, List<SlotColumn> slotColumns) {
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

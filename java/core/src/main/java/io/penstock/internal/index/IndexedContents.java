package io.penstock.internal.index;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ArrayLayout.Run;
import io.penstock.array.ArrayLayoutBuilder;
import io.penstock.array.ElementType;
import io.penstock.array.Part;
import io.penstock.array.Runs;
import io.penstock.array.Shape;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.Strides;
import io.penstock.internal.index.IndexColumn.Kind;
import io.penstock.internal.index.IndexColumn.Section;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The columns of a container, as its index has them. */
public final class IndexedContents implements Contents {
  /** Fact with the name of the part that the plain {@code FILE} stands for. */
  public static final String PLAIN = "plain";

  /** Fact with the name of the column of texts that names the records, for messages. */
  public static final String NAMES = "names";

  private final String format;
  private final Path container;
  private final long containerBytes;
  private final FileTime modified;
  private final IndexFile index;
  private final List<Part> others;

  IndexedContents(OpenFile container, String format, IndexFile index) {
    this(container.path(), container.fileBytes(), container.modified(), format, index, List.of());
  }

  private IndexedContents(
      Path container,
      long containerBytes,
      FileTime modified,
      String format,
      IndexFile index,
      List<Part> others) {
    this.format = format;
    this.container = container;
    this.containerBytes = containerBytes;
    this.modified = modified;
    this.index = index;
    this.others = others;
  }

  /**
   * The same with parts that are no columns of the index: such as those that exist, but cannot be
   * read in place.
   *
   * @param more parts, whose names no columns have
   */
  public IndexedContents with(List<Part> more) {
    List<Part> all = Stream.concat(others.stream(), more.stream()).toList();
    return new IndexedContents(container, containerBytes, modified, format, index, all);
  }

  /**
   * A fact that the scan kept.
   *
   * @param key as given to {@link IndexBuilder#fact}
   */
  public Optional<String> fact(String key) {
    return Optional.ofNullable(index.facts().get(key));
  }

  @Override
  public boolean isIndexed() {
    return true;
  }

  @Override
  public String plainName() {
    return fact(PLAIN).orElse("");
  }

  @Override
  public List<Part> parts() {
    Stream<Part> fixed =
        index.columns().stream()
            .filter(column -> !column.isVariable())
            .map(column -> Part.of(fixed(column)));
    return Stream.concat(fixed, others.stream()).toList();
  }

  @Override
  public Optional<Part> find(String name) {
    return index.columns().stream()
        .filter(column -> !column.isVariable() && column.name().equals(name))
        .findFirst()
        .map(column -> Part.of(fixed(column)))
        .or(() -> others.stream().filter(part -> part.name().equals(name)).findFirst());
  }

  @Override
  public List<String> variableNames() {
    return index.columns().stream().filter(IndexColumn::isVariable).map(IndexColumn::name).toList();
  }

  @Override
  public RecordLayout.Variable variable(String name) {
    IndexColumn column =
        index.columns().stream()
            .filter(found -> found.isVariable() && found.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("no part '" + name + "' has such records"));
    return column.kind() == Kind.PLACES ? places(column) : texts(column);
  }

  private RecordLayout.Variable places(IndexColumn column) {
    int elementBytes = column.type().sizeBytes();
    long to = Math.min(containerBytes, column.toBytes());
    long from = Math.min(to, column.fromBytes());
    ArrayLayout values =
        whole(container, column.name(), column.type(), (to - from) / elementBytes)
            .runs(List.of(new Run(from, (to - from) / elementBytes, elementBytes)))
            .file(containerBytes, modified)
            .build();
    return byIndex(column, values, column.first(), 0);
  }

  private RecordLayout.ByIndex texts(IndexColumn column) {
    Section texts = column.first();
    ArrayLayout values = numbers(column.name(), ElementType.UINT8, texts, texts.bytes());
    return byIndex(column, values, column.third(), texts.offsetBytes());
  }

  private RecordLayout.ByIndex byIndex(
      IndexColumn column, ArrayLayout values, Section starts, long baseBytes) {
    ElementType lengths =
        column.lengthBytes() == Integer.BYTES ? ElementType.parse("<i4") : ElementType.parse("<i8");
    return new RecordLayout.ByIndex(
        values,
        numbers(column.name(), ElementType.parse("<i8"), starts, column.records()),
        numbers(column.name(), lengths, column.second(), column.records()),
        baseBytes,
        column.dataBytes(),
        column.missing(),
        column.kind() == Kind.PLACES ? names() : Optional.empty(),
        false);
  }

  /** The names of all records. */
  private Optional<RecordLayout.ByIndex> names() {
    return fact(NAMES)
        .flatMap(name -> index.columns().stream().filter(c -> c.name().equals(name)).findFirst())
        .filter(column -> column.kind() == Kind.TEXTS)
        .map(this::texts);
  }

  /** A list of numbers in the index. */
  private ArrayLayout numbers(String part, ElementType type, Section section, long count) {
    return whole(index.path(), part, type, count)
        .runs(List.of(new Run(section.offsetBytes(), count, type.sizeBytes())))
        .file(index.fileBytes(), index.modified())
        .build();
  }

  private ArrayLayoutBuilder whole(Path path, String part, ElementType type, long count) {
    return ArrayLayout.builder(path, type, Shape.of(count)).part(part).format(format);
  }

  private ArrayLayout fixed(IndexColumn column) {
    List<Long> sizes = new ArrayList<>(column.recordShape().toList());
    sizes.addFirst(column.records());
    Strides strides = Strides.contiguous(sizes, column.type().sizeBytes(), false);
    boolean isInIndex = column.kind() == Kind.VALUES;
    return ArrayLayout.builder(isInIndex ? index.path() : container, column.type(), Shape.of(sizes))
        .part(column.name())
        .format(format)
        .recordStrides(strides.withoutFirst().toArray())
        .runs(
            isInIndex
                ? List.of(new Run(column.first().offsetBytes(), column.records(), strides.along(0)))
                : runs(column))
        .file(
            isInIndex ? index.fileBytes() : containerBytes, isInIndex ? index.modified() : modified)
        .build();
  }

  private Runs runs(IndexColumn column) {
    ByteBuffer numbers = section(column.first());
    Runs.Builder runs = Runs.builder();
    if (!numbers.hasRemaining()) {
      runs.add(0, 0, 1);
    }
    while (numbers.hasRemaining()) {
      runs.add(numbers.getLong(), numbers.getLong(), numbers.getLong());
    }
    return runs.build();
  }

  private ByteBuffer section(Section section) {
    try {
      return Uninterrupted.call(
          () -> {
            try (FileChannel file = FileChannel.open(index.path(), StandardOpenOption.READ)) {
              return file.map(FileChannel.MapMode.READ_ONLY, section.offsetBytes(), section.bytes())
                  .order(ByteOrder.LITTLE_ENDIAN);
            }
          });
    } catch (IOException e) {
      throw OpenFile.failure(index.path(), e);
    }
  }
}

package io.penstock.array;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.sampler.TokenWindows;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Where an array lies in a file, with its type and shape: everything that is known before records
 * are read.
 *
 * <p>A layout that exists is sound: its records have at least one byte each, no size overflows, and
 * the file was large enough for all of them when it was opened. Records lie in runs, at a fixed
 * distance within a run. The elements of a record lie at fixed distances too; a record is
 * contiguous, in C order, unless {@link #isWhole()} is false. Immutable; holds no open file.
 */
public final class ArrayLayout {
  /** NumPy itself knows 64 axes at most (32 before NumPy 2), so no real file has more. */
  public static final int MAX_AXES = 64;

  /** Most fields that a message names. */
  private static final int MAX_NAMES = 8;

  /**
   * Records at a fixed distance from each other.
   *
   * @param offsetBytes where the first record starts, in bytes from the start of the file
   * @param recordCount number of records, at least 0
   * @param strideBytes from the start of one record to the start of the next, at least 1; larger
   *     than a record if there are gaps, smaller if records overlap
   */
  public record Run(long offsetBytes, long recordCount, long strideBytes) {}

  private final Path path;
  private final String part;
  private final String format;
  private final ElementType elementType;
  private final Shape shape;
  private final boolean fortranOrder;
  private final Runs runs;
  private final long[] recordStrides;
  private final boolean isWhole;
  private final List<Field> fields;
  private final long fileBytes;
  private final FileTime modified;

  ArrayLayout(ArrayLayoutBuilder builder) {
    this.path = builder.path;
    this.part = builder.part;
    this.format = builder.format;
    this.elementType = builder.elementType;
    this.shape = builder.shape;
    this.fortranOrder = builder.fortranOrder;
    this.runs = builder.runs;
    this.recordStrides = builder.recordStrides;
    this.fields = builder.fields;
    this.fileBytes = builder.fileBytes;
    this.modified = builder.modified;
    builder.check().check(runs, recordStrides, fileBytes);
    this.isWhole = hasWholeRecords();
  }

  /**
   * Starts the layout of an array; for formats. {@link io.penstock.format.Formats#open} finds that
   * of an array in a file.
   *
   * @param path the file that the records are in
   * @param elementType type of the elements, as stored
   * @param shape sizes of all axes, outermost first
   * @return a builder
   */
  public static ArrayLayoutBuilder builder(Path path, ElementType elementType, Shape shape) {
    return new ArrayLayoutBuilder(path, elementType, shape);
  }

  /**
   * The file that the records are in.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /**
   * Name of the part of the file, as in {@code FILE#PART}.
   *
   * @return the name; empty if the array is the whole file
   */
  public String part() {
    return part;
  }

  /**
   * Name of the recognised format. Jars may add formats, so these are not constants.
   *
   * @return a word in lower case, such as "npy"
   */
  public String format() {
    return format;
  }

  /**
   * Type of the elements, as stored.
   *
   * @return the type
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * Sizes of all axes, outermost first; the first is the number of records.
   *
   * @return the shape; without axes for a 0-d array, which is one record
   */
  public Shape shape() {
    return shape;
  }

  /**
   * The order that the file states.
   *
   * @return true if the first axis varies fastest
   */
  public boolean fortranOrder() {
    return fortranOrder;
  }

  /**
   * Where the records lie.
   *
   * @return in index order, at least one
   */
  public Runs runs() {
    return runs;
  }

  /**
   * Distance between neighbours along each axis of a record.
   *
   * @return in bytes; a copy
   */
  public long[] recordStrides() {
    return recordStrides.clone();
  }

  /**
   * The fields of a structured type.
   *
   * @return an immutable list; empty for plain elements
   */
  public List<Field> fields() {
    return fields;
  }

  /**
   * Size of the file when it was opened.
   *
   * @return in bytes
   */
  public long fileBytes() {
    return fileBytes;
  }

  /**
   * When the file was last modified, as found on opening it.
   *
   * @return a time
   */
  public FileTime modified() {
    return modified;
  }

  /**
   * Number of records, the size of the first axis.
   *
   * @return at least 0
   */
  public long recordCount() {
    return shape.isScalar() ? 1 : shape.dim(0);
  }

  /**
   * Sizes of the axes of one record.
   *
   * @return the shape without its first axis; no axes if a record is one element
   */
  public Shape recordShape() {
    return shape.withoutFirst();
  }

  /**
   * Size of one record as it is delivered.
   *
   * @return in bytes, at least 1
   */
  public long recordBytes() {
    return elementType.sizeBytes() * recordShape().elementCount();
  }

  /**
   * Size of all records together.
   *
   * @return in bytes, at least 0
   */
  public long dataBytes() {
    return recordCount() * recordBytes();
  }

  /**
   * Where the first record starts.
   *
   * @return in bytes from the start of the file
   */
  public long dataOffset() {
    return runs.offsetBytes(0);
  }

  /**
   * Whether every record is contiguous in the file, so that one read gets it as it is delivered.
   *
   * @return false if the elements of a record lie apart or in another order, as in Fortran order
   */
  public boolean isWhole() {
    return isWhole;
  }

  private boolean hasWholeRecords() {
    long pieceBytes = elementType.sizeBytes();
    Shape sizes = recordShape();
    for (int axis = sizes.rank() - 1; axis >= 0; axis--) {
      if (sizes.dim(axis) != 1 && recordStrides[axis] != pieceBytes) {
        return false;
      }
      pieceBytes *= sizes.dim(axis);
    }
    return true;
  }

  /**
   * Whether the array is contiguous in the file: whole records, one after another without gaps.
   *
   * @return true for all arrays in C order that stand alone
   */
  public boolean isContiguous() {
    return runs.size() == 1 && isDense(0) && isWhole();
  }

  private boolean isDense(int run) {
    return runs.recordCount(run) <= 1 || runs.strideBytes(run) == recordBytes();
  }

  /**
   * The records as parts of a column.
   *
   * @return shards in index order, one for each run
   */
  public List<Shard> shards() {
    return new RunShards(List.of(this));
  }

  /** A run as a part of a column. */
  Shard shard(int run) {
    return new Shard(
        path,
        runs.offsetBytes(run),
        runs.recordCount(run),
        isDense(run) ? recordBytes() : runs.strideBytes(run),
        isWhole ? Shard.NO_STRIDES : recordStrides);
  }

  /**
   * Windows over a stream, as records. They overlap if the stride is smaller than a window.
   *
   * @param windows the number of elements in all, in a window, and from one window to the next
   * @return a layout of windows over the same bytes, those that end within the stream
   * @throws PenstockException if this is not one run of elements, or has another number of them
   */
  public ArrayLayout windows(TokenWindows windows) {
    if (shape.rank() != 1 || !isContiguous() || windows.tokenCount() != recordCount()) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          path,
          "expected a stream of %d elements one after another to lay windows over, found shape %s"
              .formatted(windows.tokenCount(), shape));
    }
    long elementBytes = elementType.sizeBytes();
    return builder(path, elementType, Shape.of(windows.recordCount(), windows.windowTokens()))
        .part(part)
        .format(format)
        .runs(
            List.of(
                new Run(
                    dataOffset(), windows.recordCount(), windows.strideTokens() * elementBytes)))
        .recordStrides(elementBytes)
        .fields(fields)
        .file(fileBytes, modified)
        .build();
  }

  /**
   * The array as a column of its own.
   *
   * @param name what to call the column
   * @return a column with the shards of this layout
   */
  public Column column(String name) {
    return column(name, List.of(this));
  }

  /**
   * Several arrays laid end to end as one column.
   *
   * @param name what to call the column
   * @param layouts the arrays, in index order, at least one
   * @return a column of all their shards
   * @throws PenstockException if their element types or record shapes differ
   */
  public static Column column(String name, List<ArrayLayout> layouts) {
    if (layouts.isEmpty()) {
      throw new IllegalArgumentException("layouts of column '" + name + "' must not be empty");
    }
    ArrayLayout first = layouts.getFirst();
    for (ArrayLayout layout : layouts) {
      if (!layout.elementType.equals(first.elementType)
          || !layout.fields.equals(first.fields)
          || !layout.recordShape().equals(first.recordShape())) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            layout.path,
            ("shards of column '%s' must have records alike: expected %s %s as in %s, found %s %s:"
                    + " give the files that differ a column of their own")
                .formatted(
                    name,
                    first.typeAndFields(),
                    first.recordShape(),
                    first.path,
                    layout.typeAndFields(),
                    layout.recordShape()));
      }
    }
    return Column.builder(name, first.elementType, first.recordShape())
        .shards(new RunShards(layouts))
        .fields(first.fields)
        .build();
  }

  private String typeAndFields() {
    return fields.isEmpty()
        ? elementType.toString()
        : fields.stream()
            .limit(MAX_NAMES)
            .map(field -> field.name() + " " + field.elementType())
            .collect(Collectors.joining(", ", elementType + " (", ")"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ArrayLayout that
        && path.equals(that.path)
        && part.equals(that.part)
        && format.equals(that.format)
        && elementType.equals(that.elementType)
        && shape.equals(that.shape)
        && fortranOrder == that.fortranOrder
        && runs.equals(that.runs)
        && Arrays.equals(recordStrides, that.recordStrides)
        && fields.equals(that.fields)
        && fileBytes == that.fileBytes
        && modified.equals(that.modified);
  }

  @Override
  public int hashCode() {
    return Objects.hash(path, part, elementType, shape, runs);
  }

  @Override
  public String toString() {
    return "ArrayLayout[%s, part='%s', %s, %s %s]"
        .formatted(path, part, format, elementType, shape);
  }
}

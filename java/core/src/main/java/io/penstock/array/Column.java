package io.penstock.array;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * One array of a dataset: a name, and records of one type and shape in one or more shards.
 *
 * <p>Record {@code i} of the column is record {@code i} of its shards laid end to end. A column is
 * a description only: it holds no open file. Immutable.
 */
public final class Column {
  /** Structured elements of which it is looked whether fields overlap, which takes a bit a byte. */
  private static final int MAX_BYTES_TURNED = 1 << 24;

  private final String name;
  private final ElementType elementType;
  private final Shape shape;
  private final long recordCount;
  private final long recordBytes;
  private final List<Shard> shards;
  private final List<Field> fields;

  private Column(Builder builder) {
    this.name = builder.name;
    this.elementType = builder.elementType;
    this.shape = builder.shape;
    this.shards = builder.shards;
    this.fields = builder.fields;
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("shards of column '" + name + "' must not be empty");
    }
    long valueBytes = RecordShape.recordBytes(name, elementType, shape);
    this.recordBytes = builder.isVariable ? 0 : valueBytes;
    this.recordCount = count(shards);
  }

  private static long count(List<Shard> shards) {
    if (shards instanceof RunShards runs) {
      return runs.recordCount();
    }
    long count = 0;
    for (Shard shard : shards) {
      count = Math.addExact(count, shard.recordCount());
    }
    return count;
  }

  /**
   * Starts a description of a column. {@link io.penstock.Dataset#columns} has those of a dataset.
   *
   * @param name what the column is called in its dataset, not blank
   * @param elementType type of the elements of a record, as they are stored
   * @param shape sizes of the axes of one record, outermost first; for records of different sizes,
   *     of one value
   * @return a builder
   */
  public static Builder builder(String name, ElementType elementType, Shape shape) {
    return new Builder(name, elementType, shape);
  }

  /** Describes a column. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final ElementType elementType;
    private final Shape shape;
    private List<Shard> shards = List.of();
    private List<Field> fields = List.of();
    private boolean isVariable;

    private Builder(String name, ElementType elementType, Shape shape) {
      this.name = Objects.requireNonNull(name, "name");
      this.elementType = Objects.requireNonNull(elementType, "elementType");
      this.shape = Objects.requireNonNull(shape, "shape");
    }

    /**
     * Sets where the records lie.
     *
     * @param shards in index order, at least one; for records of different sizes, where their
     *     values start, with the size of a value as strideBytes
     * @return this
     */
    public Builder shards(List<Shard> shards) {
      this.shards = shards instanceof RunShards ? shards : List.copyOf(shards);
      return this;
    }

    /**
     * Sets the fields of a structured type; there are none unless set.
     *
     * @param fields in the order of its description
     * @return this
     */
    public Builder fields(List<Field> fields) {
      this.fields = List.copyOf(fields);
      return this;
    }

    /**
     * Says that records have different sizes.
     *
     * @return this
     */
    public Builder variable() {
      this.isVariable = true;
      return this;
    }

    /**
     * The column.
     *
     * @return an immutable value
     * @throws IllegalArgumentException if the name is blank, a size of an axis is below 1, or there
     *     is no shard
     */
    public Column build() {
      return new Column(this);
    }
  }

  /**
   * What the column is called in its dataset.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * Type of the elements of a record, as they are stored.
   *
   * @return the type
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * Sizes of the axes of one record, outermost first; for records of different sizes, of one value.
   *
   * @return the shape; without axes for a scalar
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Number of records: the sum over the shards.
   *
   * @return at least 0
   */
  public long recordCount() {
    return recordCount;
  }

  /**
   * Size of one record.
   *
   * @return in bytes, at least 1; 0 if records have different sizes: see {@link #isVariable}
   */
  public long recordBytes() {
    return recordBytes;
  }

  /**
   * Where the records lie; for records of different sizes, where their values start, with the size
   * of a value as strideBytes.
   *
   * @return in index order, at least one; immutable
   */
  public List<Shard> shards() {
    return shards;
  }

  /**
   * The fields of a structured type, in the order of its description.
   *
   * @return an immutable list; empty for plain elements, and if a format gives only their size
   */
  public List<Field> fields() {
    return fields;
  }

  /**
   * Whether its records have different sizes: texts, sequences of tokens, files. {@link
   * io.penstock.Batch#column} then has all values, one after another, and {@link
   * io.penstock.Batch#offsets} says where each record begins.
   *
   * @return false if {@link #recordBytes} is the size of each
   */
  public boolean isVariable() {
    return recordBytes == 0;
  }

  /**
   * Whether the bytes can be used as they are on this machine.
   *
   * @return false when an element, or a field of it, is stored in the other byte order
   */
  public boolean isNativeOrder() {
    return elementType.isNativeOrder()
        && fields.stream().allMatch(field -> field.elementType().isNativeOrder());
  }

  /**
   * What it is after {@link #toNativeOrder}.
   *
   * @return the same column with the types of this machine; the data in the files stay as they are
   * @throws PenstockException if fields overlap, so that converting one would destroy the other
   */
  public Column inNativeOrder() {
    if (!isNativeOrder()) {
      checkFields();
    }
    Builder turned =
        builder(name, elementType.inNativeOrder(), shape)
            .shards(shards)
            .fields(fields.stream().map(Field::inNativeOrder).toList());
    return isVariable() ? turned.variable().build() : turned.build();
  }

  private void checkFields() {
    BitSet taken = new BitSet();
    for (Field field : fields) {
      if (!field.take(taken, MAX_BYTES_TURNED)) {
        throw PenstockException.about(
            ErrorKind.UNSUPPORTED,
            shards.getFirst().path(),
            ("column '%s': expected fields beside each other within %d bytes, to turn their bytes"
                    + " around, found that '%s' lies elsewhere or over another one: read it as"
                    + " stored, or field by field as FILE#FIELD")
                .formatted(name, MAX_BYTES_TURNED, field.name()));
      }
    }
  }

  /**
   * Converts stored records of this column to the byte order of this machine, in place: each
   * element, or each field of a structured one. Does nothing if {@link #isNativeOrder} is true.
   * Allocates nothing.
   *
   * @param records one after another; writable
   * @throws IllegalArgumentException if they are not a whole number of elements, or read-only
   */
  public void toNativeOrder(MemorySegment records) {
    elementType.toNativeOrder(records);
    for (int i = 0; i < fields.size(); i++) {
      if (!fields.get(i).elementType().isNativeOrder()) {
        fields.get(i).toNativeOrder(records, elementType.sizeBytes());
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Column that
        && name.equals(that.name)
        && elementType.equals(that.elementType)
        && shape.equals(that.shape)
        && recordBytes == that.recordBytes
        && shards.equals(that.shards)
        && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, elementType, shape, recordBytes, shards, fields);
  }

  @Override
  public String toString() {
    return "Column[%s, %d records of %s %s]".formatted(name, recordCount, elementType, shape);
  }
}

package io.penstock.array;

import io.penstock.Batch;
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
 *
 * @param name what the column is called in its dataset, not blank
 * @param elementType type of the elements of a record, as they are stored
 * @param shape sizes of the axes of one record, outermost first; empty for a scalar. For records of
 *     different sizes, of one value
 * @param recordCount number of records: the sum over the shards
 * @param recordBytes size of one record in bytes, at least 1; 0 if records have different sizes:
 *     see {@link #isVariable}
 * @param shards where the records lie, in index order, at least one; for records of different
 *     sizes, where their values start, with the size of a value as strideBytes
 * @param fields the fields of a structured type, in the order of its description; empty for plain
 *     elements, and if a format gives only their size
 */
public record Column(
    String name,
    ElementType elementType,
    Shape shape,
    long recordCount,
    long recordBytes,
    List<Shard> shards,
    List<Field> fields) {

  /** Structured elements of which it is looked whether fields overlap, which takes a bit a byte. */
  private static final int MAX_BYTES_TURNED = 1 << 24;

  /** Checks that the parts agree with each other, and copies the lists. */
  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(elementType, "elementType");
    Objects.requireNonNull(shape, "shape");
    shards = List.copyOf(shards);
    fields = List.copyOf(fields);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name of a column must not be blank");
    }
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("shards of column '" + name + "' must not be empty");
    }
    long bytes = elementType.sizeBytes();
    for (long size : shape.toArray()) {
      if (size < 1) {
        throw new IllegalArgumentException(
            "shape of column '" + name + "' must have sizes >= 1, was " + shape);
      }
      bytes = Math.multiplyExact(bytes, size);
    }
    if (recordBytes != 0 && recordBytes != bytes) {
      throw new IllegalArgumentException(
          "recordBytes of column '" + name + "' must be " + bytes + ", was " + recordBytes);
    }
    long count = 0;
    for (Shard shard : shards) {
      count = Math.addExact(count, shard.recordCount());
    }
    if (recordCount != count) {
      throw new IllegalArgumentException(
          "recordCount of column '" + name + "' must be " + count + ", was " + recordCount);
    }
  }

  /**
   * A column of plain elements.
   *
   * @param name what the column is called in its dataset, not blank
   * @param elementType type of the elements of a record, as they are stored
   * @param shape sizes of the axes of one record, outermost first
   * @param recordCount number of records
   * @param recordBytes size of one record in bytes
   * @param shards where the records lie, in index order
   */
  public Column(
      String name,
      ElementType elementType,
      Shape shape,
      long recordCount,
      long recordBytes,
      List<Shard> shards) {
    this(name, elementType, shape, recordCount, recordBytes, shards, List.of());
  }

  /**
   * Whether its records have different sizes: texts, sequences of tokens, files. {@link
   * Batch#column} then has all values, one after another, and {@link Batch#offsets} says where each
   * record begins.
   *
   * @return whether recordBytes is 0
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
    return new Column(
        name,
        elementType.inNativeOrder(),
        shape,
        recordCount,
        recordBytes,
        shards,
        fields.stream().map(Field::inNativeOrder).toList());
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
}

package io.penstock.array;

import java.util.List;
import java.util.Objects;

/**
 * A column as it is delivered in batches: the result of transforms, or as in the files if no
 * transform changes it. Immutable.
 *
 * @param name what it is called, not blank
 * @param elementType type of its elements, byte order included
 * @param shape sizes of the axes of one record, outermost first; empty for a scalar
 * @param fields the fields of a structured type; empty for plain elements
 */
public record OutputColumn(String name, ElementType elementType, Shape shape, List<Field> fields) {

  /** Checks the parts, and copies the lists. */
  public OutputColumn {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(elementType, "elementType");
    Objects.requireNonNull(shape, "shape");
    fields = List.copyOf(fields);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name of a column must not be blank");
    }
    long bytes = elementType.sizeBytes();
    for (long size : shape.toArray()) {
      if (size < 1) {
        throw new IllegalArgumentException(
            "shape of column '" + name + "' must have sizes >= 1, was " + shape);
      }
      bytes = Math.multiplyExact(bytes, size);
    }
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "elements of column '" + name + "' must have a size, was " + elementType);
    }
  }

  /**
   * A column of plain elements.
   *
   * @param name what it is called, not blank
   * @param elementType type of its elements
   * @param shape sizes of the axes of one record, outermost first
   */
  public OutputColumn(String name, ElementType elementType, Shape shape) {
    this(name, elementType, shape, List.of());
  }

  /**
   * A column of plain elements.
   *
   * @param name what it is called
   * @param elementType type of its elements
   * @param shape sizes of the axes of one record, outermost first; none for a scalar
   * @return the description
   * @throws IllegalArgumentException if a part is wrong
   */
  public static OutputColumn of(String name, ElementType elementType, long... shape) {
    return new OutputColumn(name, elementType, Shape.of(shape));
  }

  /**
   * A column as it lies in files.
   *
   * @param column of a dataset
   * @return the description
   */
  public static OutputColumn of(Column column) {
    return new OutputColumn(column.name(), column.elementType(), column.shape(), column.fields());
  }

  /**
   * The same column with other elements.
   *
   * @param type their type
   * @return the description
   */
  public OutputColumn withType(ElementType type) {
    return new OutputColumn(name, type, shape);
  }

  /**
   * The same column with other axes.
   *
   * @param sizes of the axes of one record, outermost first
   * @return the description
   */
  public OutputColumn withShape(long... sizes) {
    return of(name, elementType, sizes);
  }

  /**
   * Whether the bytes can be used as they are on this machine.
   *
   * @return false when an element, or a field of it, is in the other byte order
   */
  public boolean isNativeOrder() {
    return elementType.isNativeOrder()
        && fields.stream().allMatch(field -> field.elementType().isNativeOrder());
  }

  /**
   * How many elements a record has.
   *
   * @return at least 1
   */
  public long elementCount() {
    return recordBytes() / elementType.sizeBytes();
  }

  /**
   * Size of one record.
   *
   * @return bytes, at least 1
   */
  public long recordBytes() {
    return elementType.sizeBytes() * shape.elementCount();
  }
}

package io.penstock.array;

import java.util.List;
import java.util.Objects;

/**
 * A column as it is delivered in batches: the result of transforms, or as in the files if no
 * transform changes it. Immutable.
 */
public final class OutputColumn {
  private final String name;
  private final ElementType elementType;
  private final Shape shape;
  private final List<Field> fields;
  private final long recordBytes;

  private OutputColumn(String name, ElementType elementType, Shape shape, List<Field> fields) {
    this.name = Objects.requireNonNull(name, "name");
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.fields = List.copyOf(fields);
    this.recordBytes = RecordShape.recordBytes(name, elementType, shape);
    if (recordBytes < 1) {
      throw new IllegalArgumentException(
          "elements of column '" + name + "' must have a size, was " + elementType);
    }
  }

  /**
   * A column of plain elements.
   *
   * @param name what it is called, not blank
   * @param elementType type of its elements, byte order included
   * @param shape sizes of the axes of one record, outermost first
   * @return the description
   * @throws IllegalArgumentException if a part is wrong
   */
  public static OutputColumn of(String name, ElementType elementType, Shape shape) {
    return new OutputColumn(name, elementType, shape, List.of());
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
    return of(name, elementType, Shape.of(shape));
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
    return of(name, type, shape);
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
   * What it is called.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * Type of its elements, byte order included.
   *
   * @return the type
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * Sizes of the axes of one record, outermost first.
   *
   * @return the shape; without axes for a scalar
   */
  public Shape shape() {
    return shape;
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
    return recordBytes / elementType.sizeBytes();
  }

  /**
   * Size of one record.
   *
   * @return bytes, at least 1
   */
  public long recordBytes() {
    return recordBytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OutputColumn that
        && name.equals(that.name)
        && elementType.equals(that.elementType)
        && shape.equals(that.shape)
        && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, elementType, shape, fields);
  }

  @Override
  public String toString() {
    return "OutputColumn[%s, %s %s]".formatted(name, elementType, shape);
  }
}

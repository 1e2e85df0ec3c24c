package io.penstock.spi;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.util.List;
import java.util.Objects;

/** A field of structured elements, as a {@link FormatProvider} found it. Immutable. */
public final class FoundField {
  private final String name;
  private final long offsetBytes;
  private final ElementType elementType;
  private final List<FoundField> fields;
  private final Shape shape;

  private FoundField(
      String name,
      long offsetBytes,
      ElementType elementType,
      List<FoundField> fields,
      Shape shape) {
    this.name = Objects.requireNonNull(name, "name");
    this.offsetBytes = offsetBytes;
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.fields = List.copyOf(fields);
    this.shape = Objects.requireNonNull(shape, "shape");
  }

  /**
   * A field of one plain value.
   *
   * @param name of the field
   * @param offsetBytes where it begins, from the start of the element
   * @param elementType type of its values; raw bytes for values that have fields themselves
   * @return the field
   */
  public static FoundField of(String name, long offsetBytes, ElementType elementType) {
    return new FoundField(name, offsetBytes, elementType, List.of(), Shape.SCALAR);
  }

  /**
   * The same field with values of a structured type.
   *
   * @param inner the fields of its values
   * @return the field
   */
  public FoundField withFields(List<FoundField> inner) {
    return new FoundField(name, offsetBytes, elementType, inner, shape);
  }

  /**
   * The same field with axes.
   *
   * @param axes sizes of the axes that it has within an element, outermost first
   * @return the field
   */
  public FoundField withShape(Shape axes) {
    return new FoundField(name, offsetBytes, elementType, fields, axes);
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
   * Where it begins.
   *
   * @return in bytes from the start of the element
   */
  public long offsetBytes() {
    return offsetBytes;
  }

  /**
   * Type of its values.
   *
   * @return the type; raw bytes for values that have fields themselves
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * The fields of its values.
   *
   * @return an immutable list; empty for plain values
   */
  public List<FoundField> fields() {
    return fields;
  }

  /**
   * Sizes of the axes that it has within an element, outermost first.
   *
   * @return the shape; usually without axes
   */
  public Shape shape() {
    return shape;
  }

  @Override
  public String toString() {
    return "FoundField[%s at byte %d, %s %s]".formatted(name, offsetBytes, elementType, shape);
  }
}

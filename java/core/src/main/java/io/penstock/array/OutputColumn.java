package io.penstock.array;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A column as it is delivered in batches: the result of transforms, or as in the files if no
 * transform changes it. Immutable.
 *
 * <p>The records of a column have one size, unless it is {@link #isVariable variable}: then a
 * record is any number of values, which all have the same shape. A variable column that a transform
 * writes says how many values a record has at most ({@link #variable}, {@link #variableWithin}), so
 * that its memory can be planned.
 */
public final class OutputColumn {
  /** How many values the records of a variable column have at most. */
  private sealed interface Limit {
    /** Nobody has said it: so with columns that lie in files. */
    record Unknown() implements Limit {}

    /** A number. */
    record Values(long most) implements Limit {}

    /** As many as the same record has in another column. */
    record Within(String column) implements Limit {}
  }

  private final String name;
  private final ElementType elementType;
  private final Shape shape;
  private final List<Field> fields;
  private final long valueBytes;

  /** Null if all records have one size. */
  private final @Nullable Limit limit;

  private OutputColumn(
      String name,
      ElementType elementType,
      Shape shape,
      List<Field> fields,
      @Nullable Limit limit) {
    this.name = Objects.requireNonNull(name, "name");
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.fields = List.copyOf(fields);
    this.limit = limit;
    this.valueBytes = RecordShape.recordBytes(name, elementType, shape);
    if (valueBytes < 1) {
      throw new IllegalArgumentException(
          "elements of column '" + name + "' must have a size, was " + elementType);
    }
    if (limit instanceof Limit.Values values && values.most < 1) {
      throw new IllegalArgumentException(
          "mostValues of column '%s' must be at least 1, was %d".formatted(name, values.most));
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
    return new OutputColumn(name, elementType, shape, List.of(), null);
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
    return new OutputColumn(
        column.name(),
        column.elementType(),
        column.shape(),
        column.fields(),
        column.isVariable() ? new Limit.Unknown() : null);
  }

  /**
   * A variable column with a limit for each record. A batch gets room for {@code batchSize} times
   * {@code mostValues} values: where most records have far fewer, {@link #variableWithin} may do
   * with less.
   *
   * @param name what it is called, not blank
   * @param elementType type of its elements, byte order included
   * @param shape sizes of the axes of one value, outermost first; {@link Shape#SCALAR} if a value
   *     is one element
   * @param mostValues how many values a record has at most, at least 1
   * @return the description
   * @throws IllegalArgumentException if a part is wrong
   */
  public static OutputColumn variable(
      String name, ElementType elementType, Shape shape, long mostValues) {
    return new OutputColumn(name, elementType, shape, List.of(), new Limit.Values(mostValues));
  }

  /**
   * A variable column whose records have at most as many values as they have in another variable
   * column: of a text in bytes the tokens, say, or of some values those that are left. A batch gets
   * room for as many values as that column has in it.
   *
   * @param name what it is called, not blank
   * @param elementType type of its elements, byte order included
   * @param shape sizes of the axes of one value, outermost first; {@link Shape#SCALAR} if a value
   *     is one element
   * @param column name of the other column: a variable one that the transform reads
   * @return the description
   * @throws IllegalArgumentException if a part is wrong
   */
  public static OutputColumn variableWithin(
      String name, ElementType elementType, Shape shape, String column) {
    Limit within = new Limit.Within(Objects.requireNonNull(column, "column"));
    return new OutputColumn(name, elementType, shape, List.of(), within);
  }

  /**
   * The same column with other elements. If it is variable, its records have at most as many values
   * as before.
   *
   * @param type their type
   * @return the description
   */
  public OutputColumn withType(ElementType type) {
    return new OutputColumn(name, type, shape, List.of(), asBefore());
  }

  /**
   * The same column with other axes. If it is variable, its records have at most as many values as
   * before.
   *
   * @param sizes of the axes of one record, or of one value, outermost first
   * @return the description
   */
  public OutputColumn withShape(long... sizes) {
    return new OutputColumn(name, elementType, Shape.of(sizes), List.of(), asBefore());
  }

  /** What a transform that writes this column anew may say about its records. */
  private @Nullable Limit asBefore() {
    return limit == null || limit instanceof Limit.Values ? limit : new Limit.Within(name);
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
   * Sizes of the axes of one record, outermost first; of a variable column, of one value.
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
   * Whether its records differ in size. {@link io.penstock.Batch#column(String)} then has all
   * values, one after another, and {@link io.penstock.Batch#offsets} says where each record begins.
   *
   * @return false if {@link #recordBytes} is the size of each
   */
  public boolean isVariable() {
    return limit != null;
  }

  /**
   * How many values a record has at most, if it is variable and a transform has said so.
   *
   * @return at least 1; empty if the records have one size, if nobody has said it, or if it depends
   *     on another column: see {@link #within}
   */
  public OptionalLong mostValues() {
    return limit instanceof Limit.Values values
        ? OptionalLong.of(values.most)
        : OptionalLong.empty();
  }

  /**
   * The column that says how many values a record of this one has at most.
   *
   * @return its name; empty unless made by {@link #variableWithin}
   */
  public Optional<String> within() {
    return limit instanceof Limit.Within within ? Optional.of(within.column) : Optional.empty();
  }

  /**
   * How many elements a record has; of a variable column, how many a value has.
   *
   * @return at least 1
   */
  public long elementCount() {
    return valueBytes / elementType.sizeBytes();
  }

  /**
   * Size of one record.
   *
   * @return bytes, at least 1; 0 if the column is {@link #isVariable variable}
   */
  public long recordBytes() {
    return isVariable() ? 0 : valueBytes;
  }

  /**
   * Size of one value of a variable column. A record of another one is one value.
   *
   * @return bytes, at least 1
   */
  public long valueBytes() {
    return valueBytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OutputColumn that
        && name.equals(that.name)
        && elementType.equals(that.elementType)
        && shape.equals(that.shape)
        && fields.equals(that.fields)
        && Objects.equals(limit, that.limit);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, elementType, shape, fields, limit);
  }

  @Override
  public String toString() {
    String most =
        switch (limit) {
          case null -> "";
          case Limit.Unknown _ -> ", any number of values";
          case Limit.Values values -> ", at most %d values".formatted(values.most);
          case Limit.Within within -> ", at most as many values as '%s'".formatted(within.column);
        };
    return "OutputColumn[%s, %s %s%s]".formatted(name, elementType, shape, most);
  }
}

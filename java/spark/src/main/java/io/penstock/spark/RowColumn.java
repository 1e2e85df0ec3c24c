package io.penstock.spark;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/**
 * One column of a DataFrame on its way into shards: what type it becomes, how large a value is, and
 * its bytes.
 *
 * <p>Numbers and booleans become themselves, arrays of them records of one shape or, where that is
 * asked for, of different sizes, and strings (UTF-8) and binary values records of bytes. Nulls are
 * refused, as are all other types. Immutable.
 */
final class RowColumn implements Serializable {
  private static final long serialVersionUID = 1L;

  /** In the metadata of a field: the shape of its arrays, if it has more than one axis. */
  static final String SHAPE = "penstock.shape";

  /** How values lie in a row. */
  private enum ValueForm {
    NUMBER,
    ARRAY,
    BINARY,
    TEXT
  }

  private final String name;
  private final int ordinal;
  private final ValueForm form;
  private final RowNumber number;
  private final boolean isVariable;
  private final long[] shape;

  private RowColumn(
      String name,
      int ordinal,
      ValueForm form,
      RowNumber number,
      boolean isVariable,
      long[] shape) {
    this.name = name;
    this.ordinal = ordinal;
    this.form = form;
    this.number = number;
    this.isVariable = isVariable;
    this.shape = shape;
  }

  /**
   * The column of a field.
   *
   * @param isVariable whether arrays may have different lengths
   * @throws PenstockException if there is no such column in shards
   */
  static RowColumn of(StructField field, int ordinal, boolean isVariable) {
    DataType type = field.dataType();
    long[] shape =
        field.metadata().contains(SHAPE) ? field.metadata().getLongArray(SHAPE) : new long[0];
    if (type instanceof BinaryType) {
      return new RowColumn(field.name(), ordinal, ValueForm.BINARY, RowNumber.BYTE, true, shape);
    }
    if (type instanceof StringType) {
      return new RowColumn(field.name(), ordinal, ValueForm.TEXT, RowNumber.BYTE, true, shape);
    }
    boolean isArray = type instanceof ArrayType;
    DataType element = type instanceof ArrayType array ? array.elementType() : type;
    RowNumber number = RowNumber.of(element);
    if (number == null) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          ("column '%s': expected numbers, booleans, arrays of them, strings or binary values,"
                  + " found %s: cast it, select its fields, or drop it (vectors become arrays with"
                  + " vector_to_array)")
              .formatted(field.name(), type.simpleString()));
    }
    ValueForm form = isArray ? ValueForm.ARRAY : ValueForm.NUMBER;
    return new RowColumn(field.name(), ordinal, form, number, isArray && isVariable, shape);
  }

  String name() {
    return name;
  }

  /** Whether all values must have the same length, which the rows say. */
  boolean hasLength() {
    return form == ValueForm.ARRAY && !isVariable;
  }

  /** The form of the column in shards, with arrays of this length. */
  ColumnForm columnForm(long length) {
    boolean isBytes = form == ValueForm.BINARY || form == ValueForm.TEXT;
    ElementType type = isBytes ? ElementType.UINT8 : number.elementType();
    return ColumnForm.of(name, type, hasLength() ? shapeOf(length) : Shape.SCALAR, isVariable);
  }

  private Shape shapeOf(long length) {
    return shape.length > 0 && Shape.of(shape).elementCount() == length
        ? Shape.of(shape)
        : Shape.of(length);
  }

  /** How many elements a value has. */
  int length(InternalRow row) {
    return form == ValueForm.ARRAY ? row.getArray(ordinal).numElements() : 1;
  }

  /**
   * Refuses null, and an array with a null in it.
   *
   * @param number of the row in its partition
   */
  void checkNull(InternalRow row, long number, int partition) {
    boolean isNull = row.isNullAt(ordinal);
    if (!isNull && form == ValueForm.ARRAY) {
      ArrayData array = row.getArray(ordinal);
      for (int i = 0; i < array.numElements() && !isNull; i++) {
        isNull = array.isNullAt(i);
      }
    }
    if (isNull) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          ("column '%s': expected no nulls, found one in row %d of partition %d: fill them"
                  + " (na().fill), or drop these rows (na().drop)")
              .formatted(name, number, partition));
    }
  }

  /** The bytes of a value, as they are in shards: numbers in the byte order of this machine. */
  byte[] bytes(InternalRow row) {
    return switch (form) {
      case BINARY -> row.getBinary(ordinal);
      case TEXT -> row.getUTF8String(ordinal).getBytes();
      case ARRAY -> number.bytes(row.getArray(ordinal));
      case NUMBER -> number.bytes(row, ordinal);
    };
  }

  @Override
  public String toString() {
    return "%s: %s %s".formatted(name, form.name().toLowerCase(Locale.ROOT), number);
  }
}

package io.penstock.internal.format.arrow;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.util.List;

/**
 * A column that a user can name, and what of each record batch it is made of.
 *
 * @param name as in {@code FILE#NAME}
 * @param kind how its records lie; {@link Kind#REFUSED} for those that cannot be read in place
 * @param element type of its values
 * @param shape of a record, or of a value where records have different sizes
 * @param levels with one value for each record, outermost first: where one is null, so is the
 *     record
 * @param inner levels inside of records, which must not have nulls
 * @param offsets of records of different sizes; null for others
 * @param offsetBytes size of one of them
 * @param data the values
 * @param field from which the column was made
 * @param problem why it is refused; null if it is not
 */
record ArrowColumn(
    String name,
    Kind kind,
    ElementType element,
    Shape shape,
    List<Level> levels,
    List<Inner> inner,
    Place offsets,
    int offsetBytes,
    Place data,
    ArrowField field,
    String problem) {

  /** How records lie. */
  enum Kind {
    FIXED,
    BITS,
    VARIABLE,
    REFUSED
  }

  /**
   * A buffer of a batch.
   *
   * @param number among the buffers that each batch has
   * @param viewsBefore how many columns of views are in front of it, each with buffers of its own
   */
  record Place(int number, int viewsBefore) {}

  /** A node of a batch, and the bits that say which of its values are none. */
  record Level(int node, Place validity) {}

  /**
   * A node of a batch inside of records.
   *
   * @param node its number
   * @param validity the bits that say which of its values are none
   * @param perRecord values in a record, or 0 if records have different sizes
   */
  record Inner(int node, Place validity, long perRecord) {}

  /** Size of a record, or of a value where records have different sizes. */
  long itemBytes() {
    return Math.multiplyExact(element.sizeBytes(), shape.elementCount());
  }
}

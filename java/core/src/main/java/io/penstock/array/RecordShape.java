package io.penstock.array;

/** What columns in files and columns of batches have to be, checked in one place. */
final class RecordShape {
  private RecordShape() {}

  /** Size of a record, after a check of the column's name and of the record's axes. */
  static long recordBytes(String name, ElementType elementType, Shape shape) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name of a column must not be blank");
    }
    long bytes = elementType.sizeBytes();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis) < 1) {
        throw new IllegalArgumentException(
            "shape of column '" + name + "' must have sizes >= 1, was " + shape);
      }
      bytes = Math.multiplyExact(bytes, shape.dim(axis));
    }
    return bytes;
  }
}

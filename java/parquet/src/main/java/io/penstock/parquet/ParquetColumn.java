package io.penstock.parquet;

import dev.hardwood.schema.ColumnSchema;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;

/**
 * A column that a user can name.
 *
 * @param name as in {@code FILE#NAME}
 * @param kind what its records are
 * @param leaf where its values are in the file; null if it is refused
 * @param type of its values, as delivered; null if it is refused
 * @param shape of a record, or of a value of a record of different sizes
 * @param problem why it is refused; null if it is not
 */
record ParquetColumn(
    String name, Kind kind, ColumnSchema leaf, ElementType type, Shape shape, String problem) {
  /** What the records of a column are. */
  enum Kind {
    /** Of one size. */
    FIXED,
    /** Byte arrays or strings. */
    BYTES,
    /** Lists of numbers. */
    LIST,
    /** They cannot be converted. */
    REFUSED
  }

  /** Which part of a column is meant. */
  enum View {
    /** The values, of which none may be null. */
    PLAIN(""),
    /** The values, with zeros or empty records in place of nulls. */
    VALUES(".values"),
    /** 0 for each record that is null, or else 1. */
    VALID(".valid");

    private final String ending;

    View(String ending) {
      this.ending = ending;
    }

    String ending() {
      return ending;
    }
  }

  /**
   * A part of a column.
   *
   * @param column the column
   * @param view which part of it
   */
  record Viewed(ParquetColumn column, View view) {
    String name() {
      return column.name + view.ending();
    }
  }

  static ParquetColumn refused(String name, String problem) {
    return new ParquetColumn(name, Kind.REFUSED, null, null, Shape.SCALAR, problem);
  }

  /** Whether a record may be null: it has a definition level above those of lists. */
  boolean mayBeNull() {
    int levelsOfLists = kind == Kind.LIST ? 1 : 0;
    return kind != Kind.REFUSED && leaf.maxDefinitionLevel() > levelsOfLists;
  }
}

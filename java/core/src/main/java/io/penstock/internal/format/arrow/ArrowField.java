package io.penstock.internal.format.arrow;

import io.penstock.array.ElementType;
import java.util.List;
import java.util.OptionalLong;

/**
 * A field of a schema: what one column of a record batch is, with its children.
 *
 * @param name as the schema has it
 * @param storage how its values lie
 * @param element type of the values of {@link ArrowStorage#FIXED}; null for others
 * @param size of a list in items, or of binary values in bytes, where all have the same; else 1
 * @param typeName for messages
 * @param children of lists and structs
 * @param dictionary the number of its dictionary; the other parts are then those of the indices
 * @param dictionaryValue the field of the values in the dictionary; null without one
 */
record ArrowField(
    String name,
    ArrowStorage storage,
    ElementType element,
    int size,
    String typeName,
    List<ArrowField> children,
    OptionalLong dictionary,
    ArrowField dictionaryValue) {

  /** Which buffers a column has, in front of those of its children. */
  enum ArrowStorage {
    /** No buffer. */
    NULL,
    /** Validity, and values of one size. */
    FIXED,
    /** Validity, and a bit for each value. */
    BITS,
    /** Validity, and a number of bytes for each value. */
    FIXED_BYTES,
    /** Validity, 32-bit offsets, bytes. */
    BYTES,
    /** Validity, 64-bit offsets, bytes. */
    LARGE_BYTES,
    /** Validity, 32-bit offsets; the items are a child. */
    LIST,
    /** Validity, 64-bit offsets; the items are a child. */
    LARGE_LIST,
    /** Validity; the items, equally many in each list, are a child. */
    FIXED_LIST,
    /** Validity; fields are children. */
    STRUCT,
    /** Validity, 32-bit offsets; pairs are a child. */
    MAP,
    /** Validity, views, and as many buffers as the batch says. */
    VIEW,
    /** Validity, offsets, sizes; the items are a child. */
    LIST_VIEW,
    /** Type numbers. */
    SPARSE_UNION,
    /** Type numbers and offsets. */
    DENSE_UNION,
    /** No buffers: where runs end and their values are children. */
    RUNS;

    /** Buffers that do not depend on the batch, validity among them. */
    int bufferCount() {
      return switch (this) {
        case NULL, RUNS -> 0;
        case FIXED_LIST, STRUCT, SPARSE_UNION -> 1;
        case FIXED, BITS, FIXED_BYTES, LIST, LARGE_LIST, MAP, VIEW, DENSE_UNION -> 2;
        case BYTES, LARGE_BYTES, LIST_VIEW -> 3;
      };
    }
  }
}

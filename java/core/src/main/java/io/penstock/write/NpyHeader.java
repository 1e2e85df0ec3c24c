package io.penstock.write;

import io.penstock.ElementType;
import io.penstock.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a .npy file says of itself: the first page of it, with the array behind.
 *
 * <p>A header of NumPy's version 1.0, as numpy.lib.format writes it, filled up with spaces to 4096
 * bytes, which is allowed and lets direct reads begin with the first record. A shape has at most 64
 * axes, and fields are described in 2048 characters, so that all fits. Records that are filled up
 * are a structured type with one field; the bytes behind it are an unnamed void field, NumPy's own
 * way to write padding down.
 *
 * @param elementDescr how the type is written down, with its fields
 * @param recordShape sizes of all axes but the first
 * @param field name of the one field of records that are filled up; null where they are not
 * @param recordBytes size of a record without padding
 * @param strideBytes from one record to the next
 */
record NpyHeader(
    String elementDescr, List<Long> recordShape, String field, long recordBytes, long strideBytes) {
  /** Where the first record starts. */
  static final int DATA_OFFSET = BlockWriter.PAGE_BYTES;

  /** What records are filled up to: the least that direct reads begin and end at. */
  static final int RECORD_ALIGNMENT_BYTES = 512;

  private static final int MAX_RECORD_AXES = 63;
  private static final int MAX_FIELD_CHARACTERS = 255;
  private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_]+");
  private static final int PREFIX_BYTES = 10;

  /** Checks sizes and names. A field where nothing is to be filled up is not used. */
  static NpyHeader of(
      ElementType elementType, List<Field> fields, List<Long> recordShape, String field) {
    if (recordShape.size() > MAX_RECORD_AXES) {
      throw new IllegalArgumentException(
          "recordShape must have at most %d axes, had %d"
              .formatted(MAX_RECORD_AXES, recordShape.size()));
    }
    if (field != null
        && (field.length() > MAX_FIELD_CHARACTERS || !FIELD.matcher(field).matches())) {
      throw new IllegalArgumentException(
          "field must be 1 to %d letters, digits and underscores, was '%s'"
              .formatted(MAX_FIELD_CHARACTERS, field));
    }
    long bytes = elementType.sizeBytes();
    for (long size : recordShape) {
      if (size < 1) {
        throw new IllegalArgumentException("recordShape must have sizes >= 1, was " + recordShape);
      }
      bytes = multiply(bytes, size, recordShape);
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("elements must have at least a byte, were " + elementType);
    }
    String struct = StructDescr.ofOrNull(elementType, fields);
    String descr = struct == null ? "'" + elementType.descr() + "'" : struct;
    if (field == null || bytes % RECORD_ALIGNMENT_BYTES == 0) {
      return new NpyHeader(descr, List.copyOf(recordShape), null, bytes, bytes);
    }
    long stride = (bytes / RECORD_ALIGNMENT_BYTES + 1) * RECORD_ALIGNMENT_BYTES;
    if (stride > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "records that are filled up must be below 2^31 bytes, were " + bytes);
    }
    return new NpyHeader(descr, List.copyOf(recordShape), field, bytes, stride);
  }

  private static long multiply(long bytes, long size, List<Long> shape) {
    try {
      return Math.multiplyExact(bytes, size);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a record must be below 2^63 bytes, was " + shape, e);
    }
  }

  /** Size of a file with so many records. */
  long fileBytes(long recordCount) {
    try {
      return Math.addExact(DATA_OFFSET, Math.multiplyExact(recordCount, strideBytes));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the file must be below 2^63 bytes, was %d records of %d bytes"
              .formatted(recordCount, strideBytes),
          e);
    }
  }

  /** The type as the file has it. */
  String descr() {
    if (field == null) {
      return elementDescr;
    }
    String subArray = recordShape.isEmpty() ? "" : ", " + tuple(recordShape);
    return "[('%s', %s%s), ('', '|V%s')]"
        .formatted(field, elementDescr, subArray, strideBytes - recordBytes);
  }

  /** The first page of a file with so many records. */
  byte[] page(long recordCount) {
    List<Long> shape = new ArrayList<>(List.of(recordCount));
    if (field == null) {
      shape.addAll(recordShape);
    }
    String dictionary =
        "{'descr': %s, 'fortran_order': False, 'shape': %s, }".formatted(descr(), tuple(shape));
    int padding = DATA_OFFSET - PREFIX_BYTES - 1 - dictionary.length();
    return ByteBuffer.allocate(DATA_OFFSET)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) (DATA_OFFSET - PREFIX_BYTES))
        .put((dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1))
        .array();
  }

  static String tuple(List<Long> sizes) {
    String text = sizes.toString().replace('[', '(').replace(']', ')');
    return sizes.size() == 1 ? text.replace(")", ",)") : text;
  }
}

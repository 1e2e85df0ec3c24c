package io.penstock.write;

import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header of a .npy file: its first page, followed by the array.
 *
 * <p>A header as numpy.lib.format writes it, padded with spaces to 4096 bytes or a multiple, which
 * the format allows and which lets direct reads begin with the first record. Its version is 1.0 if
 * its length and characters allow that, otherwise 2.0 or 3.0. Padded records are a structured type
 * with one field; the padding is an unnamed void field, as NumPy writes it.
 *
 * @param elementDescr the description of the type, with its fields
 * @param recordShape sizes of all axes but the first
 * @param field name of the one field of padded records; null if they are not padded
 * @param recordBytes size of a record without padding
 * @param strideBytes from one record to the next
 */
record NpyHeader(
    String elementDescr,
    Shape recordShape,
    @Nullable String field,
    long recordBytes,
    long strideBytes) {
  /** Where the first record starts, except for types of very many fields. */
  static final int DATA_OFFSET = BlockWriter.FILE_BLOCK_BYTES;

  /** The largest number of records that a shape can have. */
  private static final long MAX_RECORDS = Long.MAX_VALUE;

  /** What records are padded to: the least alignment of direct reads. */
  static final int RECORD_ALIGNMENT_BYTES = 512;

  private static final int MAX_RECORD_AXES = 63;
  private static final int MAX_FIELD_CHARACTERS = 255;
  private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_]+");

  /** Magic and version, before the length of the header. */
  private static final int VERSION_BYTES = 8;

  /** Checks sizes and names. A field is ignored if no padding is needed. */
  static NpyHeader of(
      ElementType elementType, List<Field> fields, Shape recordShape, @Nullable String field) {
    if (recordShape.rank() > MAX_RECORD_AXES) {
      throw new IllegalArgumentException(
          "recordShape must have at most %d axes, had %d"
              .formatted(MAX_RECORD_AXES, recordShape.rank()));
    }
    if (field != null
        && (field.length() > MAX_FIELD_CHARACTERS || !FIELD.matcher(field).matches())) {
      throw new IllegalArgumentException(
          "field must be 1 to %d letters, digits and underscores, was '%s'"
              .formatted(MAX_FIELD_CHARACTERS, field));
    }
    long bytes = elementType.sizeBytes();
    for (long size : recordShape.toArray()) {
      if (size < 1) {
        throw new IllegalArgumentException("recordShape must have sizes >= 1, was " + recordShape);
      }
      bytes = multiply(bytes, size, recordShape);
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("elements must have at least a byte, were " + elementType);
    }
    String descr = descr(elementType, fields);
    if (field == null || bytes % RECORD_ALIGNMENT_BYTES == 0) {
      return new NpyHeader(descr, recordShape, null, bytes, bytes);
    }
    long stride = (bytes / RECORD_ALIGNMENT_BYTES + 1) * RECORD_ALIGNMENT_BYTES;
    if (stride > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "records that are filled up must be below 2^31 bytes, were " + bytes);
    }
    return new NpyHeader(descr, recordShape, field, bytes, stride);
  }

  private static String descr(ElementType type, List<Field> fields) {
    Optional<ElementType.Structure> structure = type.structure();
    if (structure.isEmpty() && fields.isEmpty()) {
      return "'" + type.descr() + "'";
    }
    String descr =
        structure.isEmpty()
            ? StructDescr.ofOrNull(type, fields)
            : structure.get().fitsHeader() ? structure.get().descr() : null;
    if (descr == null) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          "expected fields that a .npy header has words for, found some that lie over each other or"
              + " out of order, or too many (numpy.save refuses them too): write one field of them"
              + " as FILE#FIELD, or raw bytes with --dtype V"
              + type.sizeBytes());
    }
    return descr;
  }

  private static long multiply(long bytes, long size, Shape shape) {
    try {
      return Math.multiplyExact(bytes, size);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a record must be below 2^63 bytes, was " + shape, e);
    }
  }

  /** Size of a file with this many records. */
  long fileBytes(long recordCount) {
    try {
      return Math.addExact(dataOffset(), Math.multiplyExact(recordCount, strideBytes));
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
    String subArray = recordShape.isScalar() ? "" : ", " + recordShape;
    return "[('%s', %s%s), ('', '|V%s')]"
        .formatted(field, elementDescr, subArray, strideBytes - recordBytes);
  }

  /** Where the first record starts, whatever their number. */
  int dataOffset() {
    int bytes = VERSION_BYTES + Integer.BYTES + dictionary(MAX_RECORDS).getBytes(charset()).length;
    return (bytes / BlockWriter.FILE_BLOCK_BYTES + 1) * BlockWriter.FILE_BLOCK_BYTES;
  }

  private String dictionary(long recordCount) {
    Shape shape = field == null ? recordShape.withFirst(recordCount) : Shape.of(recordCount);
    return "{'descr': %s, 'fortran_order': False, 'shape': %s, }".formatted(descr(), shape);
  }

  private Charset charset() {
    boolean isLatin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(elementDescr);
    return isLatin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
  }

  /** The first pages of a file with this many records. */
  byte[] page(long recordCount) {
    int dataOffset = dataOffset();
    Charset charset = charset();
    boolean isLatin = charset.equals(StandardCharsets.ISO_8859_1);
    int headerBytes = dataOffset - VERSION_BYTES - Short.BYTES;
    boolean isShort = isLatin && headerBytes <= 0xffff;
    int version = isShort ? 1 : isLatin ? 2 : 3;
    ByteBuffer page = ByteBuffer.allocate(dataOffset).order(ByteOrder.LITTLE_ENDIAN);
    page.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (isShort) {
      page.putShort((short) headerBytes);
    } else {
      page.putInt(headerBytes - Short.BYTES);
    }
    page.put(dictionary(recordCount).getBytes(charset));
    while (page.remaining() > 1) {
      page.put((byte) ' ');
    }
    return page.put((byte) '\n').array();
  }
}

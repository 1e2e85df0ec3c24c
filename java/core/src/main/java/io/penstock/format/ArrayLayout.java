package io.penstock.format;

import io.penstock.Column;
import io.penstock.ElementType;
import io.penstock.PenstockException;
import io.penstock.Shard;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where an array lies in a file and what it is made of: all that is known before reading records.
 *
 * <p>A layout that exists is sound: its records have at least one byte each, no size overflows, and
 * the file was large enough for all of them when it was opened. Record {@code i} is the {@code
 * recordBytes} bytes at {@code dataOffset + i * recordBytes}. Immutable; holds no open file.
 *
 * @param path the file
 * @param format name of the format it was recognised as, "npy"
 * @param elementType type of the elements, as stored
 * @param shape sizes of all axes, outermost first; the first is the number of records
 * @param fortranOrder what the file says of its order; true only where both orders are the same
 *     bytes
 * @param dataOffset where the first record starts, in bytes from the start of the file
 * @param fileBytes size of the file in bytes when it was opened
 * @param modified when the file was last modified, as found on opening it
 */
public record ArrayLayout(
    Path path,
    String format,
    ElementType elementType,
    List<Long> shape,
    boolean fortranOrder,
    long dataOffset,
    long fileBytes,
    FileTime modified) {

  /** NumPy itself knows 64 axes at most (32 before NumPy 2), so no real file has more. */
  static final int MAX_AXES = 64;

  /**
   * Checks the shape and compares it with the size of the file.
   *
   * @throws PenstockException if the array cannot be in this file, or has no records to address
   */
  public ArrayLayout {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(elementType, "elementType");
    Objects.requireNonNull(modified, "modified");
    shape = List.copyOf(shape);
    checkAxes(path, shape);
    if (fortranOrder && !isSameInBothOrders(shape)) {
      throw PenstockException.about(
          path,
          "Fortran order is not supported yet: expected C order for shape "
              + tuple(shape)
              + ", found fortran_order True: save numpy.ascontiguousarray of it");
    }
    long recordBytes = recordBytes(path, elementType, shape);
    long dataBytes = product(path, elementType, shape, recordBytes, shape.getFirst());
    if (dataOffset < 0 || dataOffset > fileBytes || dataBytes > fileBytes - dataOffset) {
      throw cutShort(path, elementType, shape, dataOffset, dataBytes, fileBytes);
    }
  }

  /**
   * Number of records, the size of the first axis.
   *
   * @return at least 0
   */
  public long recordCount() {
    return shape.getFirst();
  }

  /**
   * Sizes of the axes of one record.
   *
   * @return the shape without its first axis; empty when a record is one element
   */
  public List<Long> recordShape() {
    return shape.subList(1, shape.size());
  }

  /**
   * Size of one record.
   *
   * @return in bytes, at least 1
   */
  public long recordBytes() {
    return recordBytes(path, elementType, shape);
  }

  /**
   * Size of all records together.
   *
   * @return in bytes, at least 0
   */
  public long dataBytes() {
    return recordCount() * recordBytes();
  }

  /**
   * The records as a part of a column.
   *
   * @return the one run of records that this layout is
   */
  public Shard shard() {
    return new Shard(path, dataOffset, recordCount());
  }

  /**
   * The array as a column of its own.
   *
   * @param name what to call the column
   * @return a column of one shard
   */
  public Column column(String name) {
    return column(name, List.of(this));
  }

  /**
   * Several arrays laid end to end as one column.
   *
   * @param name what to call the column
   * @param layouts the arrays, in index order, at least one
   * @return a column of as many shards
   * @throws PenstockException if their element types or record shapes differ
   */
  public static Column column(String name, List<ArrayLayout> layouts) {
    if (layouts.isEmpty()) {
      throw new IllegalArgumentException("layouts of column '" + name + "' must not be empty");
    }
    ArrayLayout first = layouts.getFirst();
    List<Shard> shards = new ArrayList<>(layouts.size());
    long recordCount = 0;
    for (ArrayLayout layout : layouts) {
      if (!layout.elementType.equals(first.elementType)
          || !layout.recordShape().equals(first.recordShape())) {
        throw PenstockException.about(
            layout.path,
            ("shards of column '%s' must have records alike: expected %s %s as in %s, found %s %s:"
                    + " give the files that differ a column of their own")
                .formatted(
                    name,
                    first.elementType,
                    first.recordShape(),
                    first.path,
                    layout.elementType,
                    layout.recordShape()));
      }
      recordCount += layout.recordCount();
      shards.add(layout.shard());
    }
    return new Column(
        name, first.elementType, first.recordShape(), recordCount, first.recordBytes(), shards);
  }

  private static void checkAxes(Path path, List<Long> shape) {
    if (shape.isEmpty()) {
      throw PenstockException.about(
          path,
          "an array without axes (0-d) is not supported yet: expected at least one axis, found"
              + " shape (): save it with shape (1,)");
    }
    if (shape.size() > MAX_AXES) {
      throw PenstockException.about(
          path,
          "expected a shape of at most %d axes, found %d: the header is damaged or not NumPy's"
              .formatted(MAX_AXES, shape.size()));
    }
    for (long size : shape) {
      if (size < 0) {
        throw PenstockException.about(
            path,
            "expected a shape of sizes >= 0, found %d in %s: the header is damaged"
                .formatted(size, tuple(shape)));
      }
    }
  }

  /** With one axis longer than 1, or with no elements, there is only one order to be in. */
  private static boolean isSameInBothOrders(List<Long> shape) {
    return shape.contains(0L) || shape.stream().filter(size -> size != 1).count() <= 1;
  }

  private static long recordBytes(Path path, ElementType elementType, List<Long> shape) {
    if (elementType.sizeBytes() == 0 || shape.subList(1, shape.size()).contains(0L)) {
      throw PenstockException.about(
          path,
          ("expected records of at least 1 byte, found records of 0 bytes (%s of shape %s):"
                  + " there is nothing to read")
              .formatted(elementType, tuple(shape)));
    }
    long bytes = elementType.sizeBytes();
    for (long size : shape.subList(1, shape.size())) {
      bytes = product(path, elementType, shape, bytes, size);
    }
    return bytes;
  }

  private static long product(
      Path path, ElementType elementType, List<Long> shape, long bytes, long size) {
    if (size != 0 && bytes > Long.MAX_VALUE / size) {
      throw PenstockException.about(
          path,
          "expected an array of less than 2^63 bytes, found %s of shape %s: the header is damaged"
              .formatted(elementType, tuple(shape)));
    }
    return bytes * size;
  }

  private static PenstockException cutShort(
      Path path,
      ElementType elementType,
      List<Long> shape,
      long dataOffset,
      long dataBytes,
      long fileBytes) {
    String problem =
        ("file is cut short: expected %d bytes of data (%s of shape %s) from byte %d on, found"
                + " %d: make or copy it again")
            .formatted(
                dataBytes,
                elementType,
                tuple(shape),
                dataOffset,
                Math.max(0, fileBytes - dataOffset));
    return new PenstockException(path + ": " + problem, path, -1, fileBytes, null, null);
  }

  /** As Python writes it. */
  static String tuple(List<Long> shape) {
    StringBuilder text = new StringBuilder("(");
    for (int axis = 0; axis < shape.size(); axis++) {
      text.append(axis == 0 ? "" : ", ").append(shape.get(axis));
    }
    return text.append(shape.size() == 1 ? ",)" : ")").toString();
  }
}

package io.penstock.internal.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that do not describe themselves: elements of one type, one after another, after any number
 * of other bytes.
 *
 * <p>The path describes them, as a part {@code raw:DTYPE:SHAPE:OFFSET} of the file; the shape is
 * written as {@code -1x28x28}, because commas separate paths on the command line.
 */
public final class RawArray {
  static final String PREFIX = "raw:";

  private static final String FORMAT = "raw";

  /** As the first size of a shape. */
  public static final long AS_MANY_AS_THERE_ARE = -1;

  private RawArray() {}

  /**
   * The part of the path behind the #.
   *
   * @param shape sizes of all axes; the first may be -1, for as many as there are
   * @throws IllegalArgumentException if there is no such shape, or the offset is negative
   */
  public static String part(ElementType type, List<Long> shape, long offsetBytes) {
    if (shape.isEmpty() || shape.size() > ArrayLayout.MAX_AXES) {
      throw new IllegalArgumentException(
          "shape of raw elements must have 1 to %d axes, had %d"
              .formatted(ArrayLayout.MAX_AXES, shape.size()));
    }
    for (int axis = 0; axis < shape.size(); axis++) {
      long size = shape.get(axis);
      if (size < 1 && !(axis == 0 && (size == AS_MANY_AS_THERE_ARE || size == 0))) {
        throw new IllegalArgumentException(
            "shape of raw elements must have sizes >= 1, or -1 for the first, was " + shape);
      }
    }
    if (offsetBytes < 0) {
      throw new IllegalArgumentException("offset of raw elements must be >= 0, was " + offsetBytes);
    }
    String sizes = String.join("x", shape.stream().map(String::valueOf).toList());
    return PREFIX + type.descr() + ":" + sizes + ":" + offsetBytes;
  }

  /**
   * The array that a part describes.
   *
   * @throws io.penstock.error.PenstockException if the part is not one of these, or the file is too
   *     short
   */
  public static ArrayLayout layout(OpenFile file, String part) {
    String[] words = part.substring(PREFIX.length()).split(":", -1);
    try {
      if (words.length > 3) {
        throw new IllegalArgumentException("found %d words".formatted(words.length));
      }
      List<Long> shape = shape(words.length < 2 ? "-1" : words[1]);
      long offsetBytes = words.length < 3 ? 0 : Long.parseLong(words[2]);
      return layout(
          file,
          part(ElementType.named(words[0]), shape, offsetBytes),
          ElementType.named(words[0]),
          shape,
          offsetBytes);
    } catch (IllegalArgumentException e) {
      // Java's message quotes invalid numbers verbatim, line breaks included.
      String problem =
          e instanceof NumberFormatException
              ? "sizes and offset must be whole numbers below 2^63"
              : e.getMessage();
      throw file.problem(
          "expected FILE#raw:DTYPE[:SHAPE[:OFFSET]], as FILE#raw:uint8:-1x28x28:16, found '%s': %s"
              .formatted(Excerpt.of(part, 0), problem),
          e);
    }
  }

  private static ArrayLayout layout(
      OpenFile file, String part, ElementType type, List<Long> shape, long offsetBytes) {
    List<Long> sizes = new ArrayList<>(shape);
    if (sizes.getFirst() == AS_MANY_AS_THERE_ARE) {
      sizes.set(0, 0L);
      long recordBytes = ArrayLayout.builder(file.path(), type, Shape.of(sizes)).recordBytes();
      long dataBytes = file.sizeBytes() - offsetBytes;
      if (dataBytes < 0 || dataBytes % recordBytes != 0) {
        throw file.problem(
            ("expected records of %d bytes from byte %d to the end of the file, found %d bytes,"
                    + " which is no multiple: give the number of records as the first size of the"
                    + " shape, or another offset")
                .formatted(recordBytes, offsetBytes, dataBytes));
      }
      sizes.set(0, dataBytes / recordBytes);
    }
    return StoredArray.of(new DataType.Plain(type), sizes, false, offsetBytes)
        .parts(file, FORMAT, part)
        .getFirst()
        .layout();
  }

  private static List<Long> shape(String text) {
    List<Long> shape = new ArrayList<>();
    for (String size : text.split("x", -1)) {
      shape.add(Long.parseLong(size));
    }
    return shape;
  }
}

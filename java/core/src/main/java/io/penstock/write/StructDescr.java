package io.penstock.write;

import io.penstock.ElementType;
import io.penstock.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * What the header of a .npy says of structured elements: names, types and places of their fields,
 * as numpy.lib.format.dtype_to_descr writes them. Levels are taken apart at the dots of names.
 */
final class StructDescr {
  /** Longer ones would not fit into the first page with the largest shape. */
  private static final int MAX_CHARACTERS = 2048;

  /** Names that need no escapes in a Python string. */
  private static final Pattern NAME = Pattern.compile("[ !#-&(-\\[\\]-~]+");

  private StructDescr() {}

  /**
   * The description; null where a header has no words for it, and the element is raw bytes: fields
   * over each other, arrays of structures, names that are not ASCII, or too much of all that.
   */
  static String ofOrNull(ElementType element, List<Field> fields) {
    List<Field> sorted = new ArrayList<>(fields);
    sorted.sort(Comparator.comparingLong(Field::offsetBytes));
    long at = 0;
    for (Field field : sorted) {
      boolean canBeSaid =
          NAME.matcher(field.name()).matches()
              && field.offsetBytes() >= at
              && endBytes(field) > field.offsetBytes()
              && isDense(field);
      if (!canBeSaid) {
        return null;
      }
      at = endBytes(field);
    }
    boolean isInside = !sorted.isEmpty() && at <= element.sizeBytes();
    String text = isInside ? structOrNull(sorted, 0, 0, element.sizeBytes()) : null;
    return text == null || text.length() > MAX_CHARACTERS ? null : text;
  }

  /** Fields whose names share so many characters, which fill the bytes from start to end. */
  private static String structOrNull(List<Field> fields, int shared, long start, long end) {
    StringJoiner items = new StringJoiner(", ", "[", "]");
    Set<String> names = new HashSet<>();
    long at = start;
    int next = 0;
    while (next < fields.size()) {
      Field field = fields.get(next);
      pad(items, field.offsetBytes() - at);
      int dot = field.name().indexOf('.', shared);
      String name = field.name().substring(shared, dot < 0 ? field.name().length() : dot);
      if (name.isEmpty() || !names.add(name)) {
        return null;
      }
      String type = "'" + field.elementType().descr() + "'" + subArray(field.shape());
      int first = next++;
      if (dot >= 0) {
        String level = field.name().substring(0, dot + 1);
        while (next < fields.size() && fields.get(next).name().startsWith(level)) {
          next++;
        }
        long levelEnd = endBytes(fields.get(next - 1));
        type = structOrNull(fields.subList(first, next), dot + 1, field.offsetBytes(), levelEnd);
        if (type == null) {
          return null;
        }
      }
      items.add("('%s', %s)".formatted(name, type));
      at = endBytes(fields.get(next - 1));
    }
    pad(items, end - at);
    return items.toString();
  }

  /** NumPy's own way to write padding down. */
  private static void pad(StringJoiner items, long bytes) {
    if (bytes > 0) {
      items.add("('', '|V%s')".formatted(bytes));
    }
  }

  private static String subArray(List<Long> shape) {
    return shape.isEmpty() ? "" : ", " + NpyHeader.tuple(shape);
  }

  private static long endBytes(Field field) {
    long bytes = field.elementType().sizeBytes();
    for (long size : field.shape()) {
      bytes *= size;
    }
    return field.offsetBytes() + bytes;
  }

  /** Whether its numbers lie one after another, in C order. */
  private static boolean isDense(Field field) {
    long stride = field.elementType().sizeBytes();
    for (int axis = field.shape().size() - 1; axis >= 0; axis--) {
      if (field.strides().get(axis) != stride) {
        return false;
      }
      stride *= field.shape().get(axis);
    }
    return true;
  }
}

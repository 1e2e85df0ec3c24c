package io.penstock.write;

import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Describes structured elements with listed fields in the header of a .npy: names, types and
 * places, as numpy.lib.format.dtype_to_descr writes them. Dots in names separate levels. Types that
 * come from files have a structure of their own and do not need this.
 */
final class StructDescr {
  /** NumPy reads headers of 10,000 characters unless it is told to read longer ones. */
  private static final int MAX_CHARACTERS = 1 << 17;

  /** Names that need no escapes in a Python string. */
  private static final Pattern NAME = Pattern.compile("[ !#-&(-\\[\\]-~]+");

  private StructDescr() {}

  /**
   * The description; null if there is none: fields that overlap or are out of order, arrays of
   * structures, names that are not ASCII, or too many fields.
   */
  static @Nullable String ofOrNull(ElementType element, List<Field> fields) {
    long at = 0;
    for (Field field : fields) {
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
    boolean isInside = !fields.isEmpty() && at <= element.sizeBytes();
    String text = isInside ? structOrNull(fields, 0, 0, element.sizeBytes()) : null;
    return text == null || text.length() > MAX_CHARACTERS ? null : text;
  }

  /** Fields whose names share so many characters, which fill the bytes from start to end. */
  private static @Nullable String structOrNull(
      List<Field> fields, int shared, long start, long end) {
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

  /** Padding, as NumPy writes it. */
  private static void pad(StringJoiner items, long bytes) {
    if (bytes > 0) {
      items.add("('', '|V%s')".formatted(bytes));
    }
  }

  private static String subArray(Shape shape) {
    return shape.isScalar() ? "" : ", " + shape;
  }

  private static long endBytes(Field field) {
    return field.offsetBytes() + field.elementType().sizeBytes() * field.shape().elementCount();
  }

  /** Whether its numbers lie one after another, in C order. */
  private static boolean isDense(Field field) {
    long[] strides = field.strides();
    long stride = field.elementType().sizeBytes();
    for (int axis = field.shape().rank() - 1; axis >= 0; axis--) {
      if (strides[axis] != stride) {
        return false;
      }
      stride *= field.shape().dim(axis);
    }
    return true;
  }
}

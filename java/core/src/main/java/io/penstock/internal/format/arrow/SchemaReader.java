package io.penstock.internal.format.arrow;

import io.penstock.array.ElementType;
import io.penstock.internal.format.arrow.ArrowField.ArrowStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads the schema of a file or stream: its fields as a tree, under limits.
 *
 * <p>What it owns: the numbers of types and units in Arrow's Schema.fbs. Whatever is wrong is an
 * IllegalArgumentException.
 */
final class SchemaReader {
  /** Fields with all their children; tables shared in the flatbuffer count each time. */
  private static final int MAX_FIELDS = 50_000;

  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME_BYTES = 4 << 20;
  private static final String[] UNITS = {"s", "ms", "us", "ns"};

  private final char order;
  private int fieldCount;
  private int nameBytes;

  private SchemaReader(boolean isBig) {
    this.order = isBig ? '>' : '<';
  }

  /** The fields of a schema. */
  static ArrowSchema read(FlatTable schema) {
    boolean isBig = schema.getShort(0, 0) == 1;
    SchemaReader reader = new SchemaReader(isBig);
    return new ArrowSchema(isBig, reader.fields(schema.vector(1, Integer.BYTES), 0));
  }

  private List<ArrowField> fields(FlatTable.Vector tables, int depth) {
    if (depth > MAX_DEPTH || tables.count() > MAX_FIELDS - fieldCount) {
      throw new IllegalArgumentException(
          "expected at most %d fields, nested at most %d deep, found more"
              .formatted(MAX_FIELDS, MAX_DEPTH));
    }
    fieldCount += tables.count();
    List<ArrowField> fields = new ArrayList<>(tables.count());
    for (int i = 0; i < tables.count(); i++) {
      fields.add(field(tables.table(i), depth));
    }
    return fields;
  }

  private ArrowField field(FlatTable table, int depth) {
    String name = table.text(0, MAX_NAME_BYTES - nameBytes);
    nameBytes += name.length();
    List<ArrowField> children = fields(table.vector(5, Integer.BYTES), depth + 1);
    ArrowField plain = typed(name, table.getByte(2, 0), table, children);
    checkChildren(plain);
    if (!table.has(4)) {
      return plain;
    }
    FlatTable dictionary = table.table(4, "a dictionary");
    ElementType index =
        dictionary.has(1)
            ? integer(dictionary.table(1, "a type of indices"))
            : ElementType.parse(order + "i4");
    return new ArrowField(
        name,
        ArrowStorage.FIXED,
        index,
        1,
        "dictionary",
        List.of(),
        OptionalLong.of(dictionary.getLong(0, 0)),
        plain);
  }

  private static void checkChildren(ArrowField field) {
    int expected =
        switch (field.storage()) {
          case LIST, LARGE_LIST, FIXED_LIST, MAP, LIST_VIEW -> 1;
          case RUNS -> 2;
          case STRUCT, SPARSE_UNION, DENSE_UNION -> field.children().size();
          default -> 0;
        };
    if (field.children().size() != expected) {
      throw new IllegalArgumentException(
          "expected %d children of a field of type %s, found %d"
              .formatted(expected, field.typeName(), field.children().size()));
    }
  }

  private ArrowField typed(String name, int type, FlatTable field, List<ArrowField> children) {
    FlatTable of = type == 0 ? field : field.table(3, "the type of a field");
    return switch (type) {
      case 1 -> other(name, ArrowStorage.NULL, "null", children);
      case 2 -> fixed(name, integer(of), children);
      case 3 -> fixed(name, floating(of), children);
      case 4 -> other(name, ArrowStorage.BYTES, "binary", children);
      case 5 -> other(name, ArrowStorage.BYTES, "utf8", children);
      case 6 -> other(name, ArrowStorage.BITS, "bool", children);
      case 7 -> bytes(name, of.getInt(2, 128) / 8, "decimal", children);
      case 8 -> fixed(name, type(of.getShort(0, 1) == 0 ? "i4" : "M8[ms]"), children);
      case 9 -> fixed(name, type(of.getInt(1, 32) == 32 ? "i4" : "i8"), children);
      case 10 -> fixed(name, type("M8[" + unit(of, 0) + "]"), children);
      case 11 -> interval(name, of.getShort(0, 0), children);
      case 12 -> other(name, ArrowStorage.LIST, "list", children);
      case 13 -> other(name, ArrowStorage.STRUCT, "struct", children);
      case 14 ->
          other(
              name,
              of.getShort(0, 0) == 1 ? ArrowStorage.DENSE_UNION : ArrowStorage.SPARSE_UNION,
              "union",
              children);
      case 15 -> bytes(name, of.getInt(0, 0), "fixed_size_binary", children);
      case 16 -> sized(name, ArrowStorage.FIXED_LIST, of.getInt(0, 0), "fixed_size_list", children);
      case 17 -> other(name, ArrowStorage.MAP, "map", children);
      case 18 -> fixed(name, type("m8[" + unit(of, 1) + "]"), children);
      case 19 -> other(name, ArrowStorage.LARGE_BYTES, "large_binary", children);
      case 20 -> other(name, ArrowStorage.LARGE_BYTES, "large_utf8", children);
      case 21 -> other(name, ArrowStorage.LARGE_LIST, "large_list", children);
      case 22 -> other(name, ArrowStorage.RUNS, "run_end_encoded", children);
      case 23 -> other(name, ArrowStorage.VIEW, "binary_view", children);
      case 24 -> other(name, ArrowStorage.VIEW, "utf8_view", children);
      case 25 -> other(name, ArrowStorage.LIST_VIEW, "list_view", children);
      case 26 -> other(name, ArrowStorage.LIST_VIEW, "large_list_view", children);
      default ->
          throw new IllegalArgumentException(
              "expected types 1 to 26, found %d, which is newer than this reader".formatted(type));
    };
  }

  private static ArrowField other(
      String name, ArrowStorage storage, String typeName, List<ArrowField> children) {
    return sized(name, storage, 1, typeName, children);
  }

  private static ArrowField sized(
      String name, ArrowStorage storage, int size, String typeName, List<ArrowField> children) {
    if (size < 0) {
      throw new IllegalArgumentException(
          "expected a size of at least 0 for %s, found %d".formatted(typeName, size));
    }
    return new ArrowField(
        name, storage, null, size, typeName, children, OptionalLong.empty(), null);
  }

  private static ArrowField fixed(String name, ElementType type, List<ArrowField> children) {
    return new ArrowField(
        name, ArrowStorage.FIXED, type, 1, type.descr(), children, OptionalLong.empty(), null);
  }

  private static ArrowField bytes(
      String name, int size, String typeName, List<ArrowField> children) {
    return sized(name, ArrowStorage.FIXED_BYTES, size, typeName, children);
  }

  private ArrowField interval(String name, int unit, List<ArrowField> children) {
    return unit == 0
        ? fixed(name, type("i4"), children)
        : bytes(name, unit == 1 ? 8 : 16, "interval", children);
  }

  private ElementType type(String code) {
    return ElementType.parse(order + code);
  }

  private ElementType integer(FlatTable type) {
    int bits = type.getInt(0, 0);
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64) {
      throw new IllegalArgumentException("expected integers of 8 to 64 bits, found " + bits);
    }
    String code = (type.getByte(1, 0) == 0 ? "u" : "i") + bits / 8;
    return bits == 8 ? ElementType.parse("|" + code) : type(code);
  }

  private ElementType floating(FlatTable type) {
    int precision = type.getShort(0, 0);
    if (precision < 0 || precision > 2) {
      throw new IllegalArgumentException("expected precisions 0 to 2, found " + precision);
    }
    return type("f" + (2 << precision));
  }

  /** The unit of a time; milliseconds are the default of durations only. */
  private static String unit(FlatTable type, int absent) {
    int unit = type.getShort(0, absent);
    if (unit < 0 || unit >= UNITS.length) {
      throw new IllegalArgumentException("expected units 0 to 3, found " + unit);
    }
    return UNITS[unit];
  }
}

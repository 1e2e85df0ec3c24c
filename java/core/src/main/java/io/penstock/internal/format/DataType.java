package io.penstock.internal.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of NumPy's dtype that says where bytes lie: plain elements, records with fields, and
 * elements repeated over axes of their own.
 *
 * <p>What it owns: taking a structured type apart into plain fields, each with its offset. It must
 * not grow faster than the description that it is made from: depth and number of fields are
 * limited. Immutable.
 */
public sealed interface DataType {
  /** NumPy has no limit on nesting; real types have two or three levels. */
  int MAX_DEPTH = 32;

  /** Most fields of a type, over all its levels. */
  int MAX_FIELDS = 1 << 16;

  /** Most characters in the names of all fields, each with those of the levels above it. */
  long MAX_NAME_CHARACTERS = 1 << 22;

  /** Size of one element in bytes. */
  long itemBytes();

  /** Levels of types inside types. */
  int depth();

  /** Number of plain types inside, at least 1 unless there are no fields. */
  default int leaves() {
    return 1;
  }

  /** Characters in the names that {@link #plainFields} would make. */
  default long nameCharacters() {
    return 0;
  }

  /** A type without fields. */
  record Plain(ElementType type) implements DataType {
    @Override
    public long itemBytes() {
      return type.sizeBytes();
    }

    @Override
    public int depth() {
      return 0;
    }
  }

  /** Elements that are pointers to Python objects: not bytes that mean something in a file. */
  record Objects() implements DataType {
    @Override
    public long itemBytes() {
      return 8;
    }

    @Override
    public int depth() {
      return 0;
    }
  }

  /**
   * A part of a structured type.
   *
   * @param title a second name, or null
   */
  record FieldType(String name, String title, long offsetBytes, DataType type) {
    FieldType(String name, long offsetBytes, DataType type) {
      this(name, null, offsetBytes, type);
    }

    private Leaf under(Leaf leaf) {
      String visible = Excerpt.name(name);
      return new Leaf(
          leaf.name.isEmpty() ? visible : visible + "." + leaf.name,
          offsetBytes + leaf.offsetBytes,
          leaf.type,
          leaf.shape,
          leaf.strides,
          leaf.fields);
    }
  }

  /** A structured type; what no field covers is padding. */
  record Struct(long itemBytes, List<FieldType> fields, int depth, int leaves, long nameCharacters)
      implements DataType {
    /** Throws IllegalArgumentException, saying what is wrong, for impossible fields. */
    public static Struct of(long itemBytes, List<FieldType> fields) {
      Set<String> names = new HashSet<>();
      int depth = 0;
      long leaves = 0;
      long nameCharacters = 0;
      for (FieldType field : fields) {
        if (!names.add(field.name)) {
          throw new IllegalArgumentException(
              "expected fields of different names, found '%s' twice"
                  .formatted(Excerpt.of(field.name, 0)));
        }
        if (field.offsetBytes < 0
            || field.offsetBytes > itemBytes
            || field.type.itemBytes() > itemBytes - field.offsetBytes) {
          throw new IllegalArgumentException(
              "expected fields inside records of %d bytes, found '%s' at %d"
                  .formatted(itemBytes, Excerpt.of(field.name, 0), field.offsetBytes));
        }
        depth = Math.max(depth, field.type.depth());
        leaves += field.type.leaves();
        // Six: an invisible character is written as an escape of six characters.
        nameCharacters += (6L * field.name.length() + 1) * field.type.leaves();
        nameCharacters += field.type.nameCharacters();
      }
      if (depth >= MAX_DEPTH
          || leaves > MAX_FIELDS
          || nameCharacters > MAX_NAME_CHARACTERS
          || itemBytes > Integer.MAX_VALUE) {
        throw tooLarge("%d levels of %d fields, %d bytes".formatted(depth + 1, leaves, itemBytes));
      }
      return new Struct(itemBytes, List.copyOf(fields), depth + 1, (int) leaves, nameCharacters);
    }
  }

  /** An array of fixed shape as an element. */
  record Repeated(DataType base, List<Long> shape, long itemBytes, int depth) implements DataType {
    /** Throws IllegalArgumentException, saying what is wrong, for impossible shapes. */
    public static Repeated of(DataType base, List<Long> shape) {
      if (shape.size() > ArrayLayout.MAX_AXES || base.depth() >= MAX_DEPTH) {
        throw tooLarge("%d axes at level %d".formatted(shape.size(), base.depth() + 1));
      }
      long bytes = base.itemBytes();
      for (long size : shape) {
        // In 64 bits: both factors are below 2^31 as long as the product before was.
        if (size < 0 || size > Integer.MAX_VALUE || bytes * size > Integer.MAX_VALUE) {
          throw tooLarge("a sub-array of shape " + Excerpt.tuple(shape));
        }
        bytes *= size;
      }
      return new Repeated(base, List.copyOf(shape), bytes, base.depth() + 1);
    }

    @Override
    public int leaves() {
      return base.leaves();
    }

    @Override
    public long nameCharacters() {
      return base.nameCharacters();
    }

    /** The axes of this array come before those inside its elements. */
    private Leaf under(Leaf leaf) {
      List<Long> sizes = new ArrayList<>(shape);
      sizes.addAll(leaf.shape);
      Strides strides = Strides.contiguous(shape, base.itemBytes(), false).then(leaf.strides);
      return new Leaf(leaf.name, leaf.offsetBytes, leaf.type, sizes, strides, leaf.fields);
    }
  }

  /** Whether there are pointers to Python objects anywhere inside. */
  default boolean hasObjects() {
    return switch (this) {
      case Plain _ -> false;
      case Objects _ -> true;
      case Struct struct -> struct.fields.stream().anyMatch(field -> field.type.hasObjects());
      case Repeated repeated -> repeated.base.hasObjects();
    };
  }

  /** The type of a mask for elements of this type: a boolean for each value, without padding. */
  default DataType mask() {
    return switch (this) {
      case Struct struct -> {
        List<FieldType> booleans = new ArrayList<>();
        long offset = 0;
        for (FieldType field : struct.fields) {
          DataType type = field.type.mask();
          booleans.add(new FieldType(field.name, field.title, offset, type));
          offset += type.itemBytes();
        }
        yield Struct.of(offset, booleans);
      }
      case Repeated repeated -> Repeated.of(repeated.base.mask(), repeated.shape);
      default -> new Plain(ElementType.BOOL);
    };
  }

  /**
   * A plain field of an element.
   *
   * @param name of the field, with a dot between levels; empty for the element itself
   * @param offsetBytes from the start of the element
   * @param type of its elements; raw bytes for a structured type as a whole
   * @param shape of the sub-array it is, empty for one element
   * @param strides in bytes, along each axis of the shape
   * @param fields of a structured type as a whole
   */
  record Leaf(
      String name,
      long offsetBytes,
      ElementType type,
      List<Long> shape,
      Strides strides,
      List<io.penstock.array.Field> fields) {
    private io.penstock.array.Field field() {
      return io.penstock.array.Field.of(name, offsetBytes, type)
          .withAxes(Shape.of(shape), strides.toArray());
    }
  }

  /** The element as a whole, with axes of its own if it is a sub-array. */
  default Leaf whole() {
    return switch (this) {
      case Plain plain -> new Leaf("", 0, plain.type, List.of(), Strides.NONE, List.of());
      case Repeated repeated -> repeated.under(repeated.base.whole());
      default -> {
        List<io.penstock.array.Field> fields = plainFields().stream().map(Leaf::field).toList();
        ElementType type =
            this instanceof Struct struct
                ? ElementType.structured((int) itemBytes(), DtypeText.of(struct))
                : ElementType.parse("|V" + itemBytes());
        yield new Leaf("", 0, type, List.of(), Strides.NONE, fields);
      }
    };
  }

  /** All plain fields inside, in the order of the description; none for a type without fields. */
  default List<Leaf> plainFields() {
    List<Leaf> leaves = new ArrayList<>();
    switch (this) {
      case Struct struct -> {
        for (FieldType field : struct.fields) {
          List<Leaf> inner = field.type.plainFields();
          if (inner.isEmpty()) {
            leaves.add(field.under(field.type.whole()));
          }
          inner.forEach(leaf -> leaves.add(field.under(leaf)));
        }
      }
      case Repeated repeated ->
          repeated.base.plainFields().forEach(leaf -> leaves.add(repeated.under(leaf)));
      default -> {}
    }
    return leaves;
  }

  private static IllegalArgumentException tooLarge(String found) {
    return new IllegalArgumentException(
        "expected a type of at most %d levels, %d fields and 2^31 bytes, found %s"
            .formatted(MAX_DEPTH, MAX_FIELDS, found));
  }
}

package io.penstock.internal.format;

import io.penstock.array.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Turns the {@code descr} of a .npy header into a type, as numpy.lib.format.descr_to_dtype does.
 *
 * <p>A descr is a type string, a list of fields, or a tuple of a descr and the shape of a
 * sub-array. A field is (name, descr) or (name, descr, shape), where the name may be a pair of
 * title and name, and raw bytes without a name are padding. Fields lie one after another, so only
 * padding moves them. Anything wrong is an IllegalArgumentException.
 */
public final class NpyDescr {
  private static final Pattern OBJECTS = Pattern.compile("[<>|=]?O[0-9]{0,2}");

  private NpyDescr() {}

  public static DataType type(PythonLiteral.Value descr) {
    return switch (descr) {
      case PythonLiteral.Str text -> plain(text.value());
      case PythonLiteral.Sequence sequence when sequence.isTuple() -> repeated(sequence.items());
      case PythonLiteral.Sequence sequence -> struct(sequence.items());
      default ->
          throw new IllegalArgumentException(
              "expected a type string or a list of fields, found another value");
    };
  }

  /** The type that a type string names, as in the fields of a header and in pickles. */
  public static DataType plain(String descr) {
    if (OBJECTS.matcher(descr).matches()) {
      return new DataType.Objects();
    }
    return new DataType.Plain(ElementType.parse(descr));
  }

  private static DataType repeated(List<PythonLiteral.Value> items) {
    if (items.size() != 2) {
      throw new IllegalArgumentException(
          "expected a pair of dtype and shape, found a tuple of " + items.size());
    }
    return DataType.Repeated.of(type(items.getFirst()), shape(items.getLast()));
  }

  private static DataType struct(List<PythonLiteral.Value> items) {
    List<DataType.FieldType> fields = new ArrayList<>();
    long offset = 0;
    for (PythonLiteral.Value item : items) {
      if (!(item instanceof PythonLiteral.Sequence sequence)
          || !sequence.isTuple()
          || sequence.items().size() < 2
          || sequence.items().size() > 3) {
        throw new IllegalArgumentException(
            "expected fields of (name, dtype) or (name, dtype, shape), found another value");
      }
      List<PythonLiteral.Value> field = sequence.items();
      DataType type = type(field.get(1));
      if (field.size() == 3) {
        type = DataType.Repeated.of(type, shape(field.get(2)));
      }
      Optional<String> name = name(field.getFirst(), type);
      if (name.isPresent()) {
        fields.add(new DataType.FieldType(name.get(), titleOrNull(field.getFirst()), offset, type));
      }
      offset += type.itemBytes();
      if (offset > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("expected records of less than 2^31 bytes, found more");
      }
    }
    return DataType.Struct.of(offset, fields);
  }

  private static String titleOrNull(PythonLiteral.Value name) {
    return name instanceof PythonLiteral.Sequence pair
            && pair.items().getFirst() instanceof PythonLiteral.Str title
        ? title.value()
        : null;
  }

  /** Empty for padding. */
  private static Optional<String> name(PythonLiteral.Value value, DataType type) {
    PythonLiteral.Value name = value;
    if (value instanceof PythonLiteral.Sequence pair
        && pair.isTuple()
        && pair.items().size() == 2) {
      name = pair.items().getLast();
    }
    if (!(name instanceof PythonLiteral.Str text)) {
      throw new IllegalArgumentException("expected a string as name of a field, found another");
    }
    if (!text.value().isEmpty()) {
      return Optional.of(text.value());
    }
    if (type instanceof DataType.Plain plain && plain.type().kind() == ElementType.Kind.RAW) {
      return Optional.empty();
    }
    throw new IllegalArgumentException(
        "expected a name for a field of type other than V, found ''");
  }

  private static List<Long> shape(PythonLiteral.Value value) {
    List<PythonLiteral.Value> items =
        value instanceof PythonLiteral.Sequence sequence && sequence.isTuple()
            ? sequence.items()
            : List.of(value);
    List<Long> shape = new ArrayList<>();
    for (PythonLiteral.Value item : items) {
      if (!(item instanceof PythonLiteral.Int size)) {
        throw new IllegalArgumentException(
            "expected whole numbers in the shape of a sub-array, found another value");
      }
      shape.add(size.value());
    }
    return shape;
  }
}

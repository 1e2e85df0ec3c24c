package io.penstock.internal.format.arrow;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.format.UniqueNames;
import io.penstock.internal.format.arrow.ArrowColumn.Inner;
import io.penstock.internal.format.arrow.ArrowColumn.Kind;
import io.penstock.internal.format.arrow.ArrowColumn.Level;
import io.penstock.internal.format.arrow.ArrowColumn.Place;
import io.penstock.internal.format.arrow.ArrowField.ArrowStorage;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns that a schema offers, with the numbers of their nodes and buffers in a batch, which
 * follow from the schema alone.
 *
 * <p>What it owns: the order in which Arrow lays out the nodes and buffers of nested fields, and
 * which fields are columns: fields of structs by dotted names, lists of numbers as records.
 */
final class ArrowPlan {
  private static final String UNSUPPORTED =
      "expected numbers, strings, lists of numbers of one size each, or structs of them, found %s:"
          + " write it as another type; the columns beside it can be read";

  private final UniqueNames names = new UniqueNames();
  private final List<ArrowColumn> columns = new ArrayList<>();
  private final boolean hasUnionValidity;
  private int nodes;
  private int buffers;
  private int views;

  private ArrowPlan(boolean hasUnionValidity) {
    this.hasUnionValidity = hasUnionValidity;
  }

  /**
   * Goes through fields.
   *
   * @param fields of a schema, or the values of a dictionary
   * @param hasUnionValidity whether unions have bits of validity, as before version 5 of metadata
   */
  static ArrowPlan of(List<ArrowField> fields, boolean hasUnionValidity) {
    ArrowPlan plan = new ArrowPlan(hasUnionValidity);
    for (int i = 0; i < fields.size(); i++) {
      String name = Excerpt.name(fields.get(i).name());
      plan.column(fields.get(i), name.isEmpty() ? "column" + i : name, List.of());
    }
    return plan;
  }

  List<ArrowColumn> columns() {
    return columns;
  }

  /** Names that no other column has, for what is derived from columns. */
  String derivedName(String name, String suffix) {
    return names.take(name + suffix);
  }

  int nodeCount() {
    return nodes;
  }

  /** Buffers without those of views. */
  int bufferCount() {
    return buffers;
  }

  int viewCount() {
    return views;
  }

  /** A field with one value for each record. */
  private void column(ArrowField field, String path, List<Level> above) {
    if (field.storage() == ArrowStorage.STRUCT) {
      List<Level> levels = with(above, level(field));
      buffers++;
      for (int i = 0; i < field.children().size(); i++) {
        ArrowField child = field.children().get(i);
        String name = Excerpt.name(child.name());
        column(child, path + "." + (name.isEmpty() ? "field" + i : name), levels);
      }
      return;
    }
    String name = names.take(path);
    Level own = level(field);
    List<Level> levels = with(above, own);
    Place second = place(1);
    switch (field.storage()) {
      case FIXED -> fixed(name, field, field.element(), Shape.SCALAR, levels, List.of(), second);
      case BITS -> {
        add(name, Kind.BITS, ElementType.BOOL, Shape.SCALAR, levels, List.of(), second, field);
      }
      case FIXED_BYTES -> bytes(name, field, levels, second);
      case BYTES, LARGE_BYTES -> {
        int offsetBytes = field.storage() == ArrowStorage.BYTES ? 4 : 8;
        variable(name, field, ElementType.UINT8, levels, List.of(), second, offsetBytes, place(2));
      }
      case LIST, LARGE_LIST -> list(name, field, levels, second);
      case FIXED_LIST -> fixedList(name, field, levels);
      default -> refuse(name, field, UNSUPPORTED.formatted(field.typeName()));
    }
    pass(field);
  }

  private static List<Level> with(List<Level> above, Level own) {
    List<Level> levels = new ArrayList<>(above);
    levels.add(own);
    return List.copyOf(levels);
  }

  private Level level(ArrowField field) {
    Level level = new Level(nodes, place(0));
    if (field.storage() == ArrowStorage.STRUCT) {
      nodes++;
    }
    return level;
  }

  /** A buffer of the field that is next. */
  private Place place(int number) {
    return new Place(buffers + number, views);
  }

  /** Counts the nodes and buffers of a field and its children. */
  private void pass(ArrowField field) {
    nodes++;
    buffers += field.storage().bufferCount();
    boolean isUnion =
        field.storage() == ArrowStorage.SPARSE_UNION || field.storage() == ArrowStorage.DENSE_UNION;
    buffers += isUnion && hasUnionValidity ? 1 : 0;
    views += field.storage() == ArrowStorage.VIEW ? 1 : 0;
    field.children().forEach(this::pass);
  }

  private void bytes(String name, ArrowField field, List<Level> levels, Place data) {
    boolean isNumber = !field.typeName().equals("fixed_size_binary");
    ElementType type = isNumber ? ElementType.parse("|V" + field.size()) : ElementType.UINT8;
    Shape shape = isNumber ? Shape.SCALAR : Shape.of(field.size());
    fixed(name, field, type, shape, levels, List.of(), data);
  }

  private void fixed(
      String name,
      ArrowField field,
      ElementType type,
      Shape shape,
      List<Level> levels,
      List<Inner> inner,
      Place data) {
    if (type.sizeBytes() == 0 || shape.elementCount() == 0) {
      refuse(name, field, "expected records of at least 1 byte, found some of 0: leave it out");
      return;
    }
    add(name, Kind.FIXED, type, shape, levels, inner, data, field);
  }

  private void list(String name, ArrowField field, List<Level> levels, Place offsets) {
    ArrowField item = field.children().getFirst();
    if (item.storage() != ArrowStorage.FIXED || item.dictionary().isPresent()) {
      refuse(
          name, field, UNSUPPORTED.formatted("a " + field.typeName() + " of " + item.typeName()));
      return;
    }
    int offsetBytes = field.storage() == ArrowStorage.LIST ? 4 : 8;
    // Behind the two buffers of the list, and the validity of its items.
    variable(
        name,
        field,
        item.element(),
        levels,
        List.of(new Inner(nodes + 1, place(2), 0)),
        offsets,
        offsetBytes,
        place(3));
  }

  private void fixedList(String name, ArrowField field, List<Level> levels) {
    List<Long> shape = new ArrayList<>();
    List<Inner> inner = new ArrayList<>();
    long perRecord = 1;
    ArrowField item = field;
    int depth = 0;
    while (item.storage() == ArrowStorage.FIXED_LIST) {
      shape.add((long) item.size());
      perRecord = item.size() == 0 ? 0 : Math.multiplyExact(perRecord, item.size());
      item = item.children().getFirst();
      depth++;
      inner.add(new Inner(nodes + depth, place(depth), perRecord));
      if (perRecord == 0 || perRecord > Integer.MAX_VALUE) {
        refuse(
            name,
            field,
            "expected lists of 1 to 2147483647 items, found %d: leave it out".formatted(perRecord));
        return;
      }
    }
    boolean isBinary =
        item.storage() == ArrowStorage.FIXED_BYTES && item.typeName().equals("fixed_size_binary");
    if ((item.storage() != ArrowStorage.FIXED && !isBinary) || item.dictionary().isPresent()) {
      refuse(name, field, UNSUPPORTED.formatted("a list of " + item.typeName()));
      return;
    }
    if (isBinary) {
      shape.add((long) item.size());
    }
    ElementType type = isBinary ? ElementType.UINT8 : item.element();
    // One buffer of validity for each list, and that of the items.
    fixed(name, field, type, Shape.of(shape), levels, inner, place(depth + 1));
  }

  private void variable(
      String name,
      ArrowField field,
      ElementType type,
      List<Level> levels,
      List<Inner> inner,
      Place offsets,
      int offsetBytes,
      Place data) {
    columns.add(
        new ArrowColumn(
            name,
            Kind.VARIABLE,
            type,
            Shape.SCALAR,
            levels,
            inner,
            offsets,
            offsetBytes,
            data,
            field,
            null));
  }

  private void add(
      String name,
      Kind kind,
      ElementType type,
      Shape shape,
      List<Level> levels,
      List<Inner> inner,
      Place data,
      ArrowField field) {
    columns.add(
        new ArrowColumn(name, kind, type, shape, levels, inner, null, 0, data, field, null));
  }

  private void refuse(String name, ArrowField field, String problem) {
    columns.add(
        new ArrowColumn(
            name,
            Kind.REFUSED,
            null,
            Shape.SCALAR,
            List.of(),
            List.of(),
            null,
            0,
            null,
            field,
            problem));
  }
}

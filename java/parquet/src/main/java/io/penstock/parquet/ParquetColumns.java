package io.penstock.parquet;

import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RepetitionType;
import dev.hardwood.schema.ColumnSchema;
import dev.hardwood.schema.SchemaNode;
import dev.hardwood.schema.SchemaNode.GroupNode;
import dev.hardwood.schema.SchemaNode.PrimitiveNode;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.parquet.ParquetColumn.Kind;
import io.penstock.parquet.ParquetColumn.View;
import io.penstock.parquet.ParquetColumn.Viewed;
import io.penstock.spi.FoundArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The columns of a file: its schema as a tree of structs, flattened, and what cannot be read. */
final class ParquetColumns {
  private static final int MAX_DEPTH = 64;

  private final ParquetFile file;
  private final List<ParquetColumn> columns = new ArrayList<>();

  private ParquetColumns(ParquetFile file) {
    this.file = file;
  }

  static ParquetColumns of(ParquetFile file) {
    ParquetColumns columns = new ParquetColumns(file);
    columns.addFields("", file.schema().getRootNode(), 0);
    return columns;
  }

  private void addFields(String prefix, GroupNode group, int depth) {
    for (SchemaNode child : group.children()) {
      add(prefix + child.name(), child, depth + 1);
    }
  }

  private void add(String name, SchemaNode node, int depth) {
    if (depth > MAX_DEPTH) {
      columns.add(refused(name, "one that is nested more than %d deep".formatted(MAX_DEPTH)));
    } else if (node instanceof PrimitiveNode value) {
      columns.add(column(name, value));
    } else if (node instanceof GroupNode group) {
      if (group.isList()) {
        columns.add(list(name, group));
      } else if (group.isMap()) {
        columns.add(refused(name, "a map"));
      } else if (group.repetitionType() == RepetitionType.REPEATED) {
        columns.add(refused(name, "a list of structs"));
      } else if (group.isStruct()) {
        addFields(name + ".", group, depth);
      } else {
        columns.add(refused(name, "a group of type " + group.logicalType()));
      }
    }
  }

  private ParquetColumn list(String name, GroupNode group) {
    return switch (group.getListElement()) {
      case PrimitiveNode element -> column(name, element);
      case GroupNode inner when inner.isList() -> refused(name, "a list of lists");
      case null, default -> refused(name, "a list of structs or maps");
    };
  }

  /** A value for each record, or a list of them. */
  private ParquetColumn column(String name, PrimitiveNode node) {
    ColumnSchema leaf = file.schema().getColumn(node.columnIndex());
    boolean isBytes = leaf.type() == PhysicalType.BYTE_ARRAY;
    if (leaf.maxRepetitionLevel() == 0 && isBytes) {
      return new ParquetColumn(name, Kind.BYTES, leaf, ElementType.UINT8, Shape.SCALAR, null);
    }
    if (leaf.maxRepetitionLevel() > 1 || isBytes) {
      return refused(name, "a list of strings, byte arrays or lists");
    }
    try {
      ValueType type = ValueType.of(leaf);
      if (leaf.maxRepetitionLevel() == 0) {
        return new ParquetColumn(name, Kind.FIXED, leaf, type.element(), type.shape(), null);
      }
      return type.shape().isScalar()
          ? new ParquetColumn(name, Kind.LIST, leaf, type.element(), Shape.SCALAR, null)
          : refused(name, "a list of byte arrays");
    } catch (IllegalArgumentException e) {
      return refused(name, e.getMessage());
    }
  }

  private static ParquetColumn refused(String name, String found) {
    return ParquetColumn.refused(
        name,
        "expected a column of numbers, strings, byte arrays, or lists of numbers, found %s: write it as columns of these, or convert the other columns one by one, as FILE#NAME"
            .formatted(found));
  }

  /** All columns, or their values and masks where there are nulls. */
  List<FoundArray> found() {
    List<FoundArray> found = new ArrayList<>();
    for (ParquetColumn column : columns) {
      if (nullCount(column) == 0) {
        found.add(found(new Viewed(column, View.PLAIN)));
      } else {
        found.add(found(new Viewed(column, View.VALUES)));
        found.add(found(new Viewed(column, View.VALID)));
      }
    }
    return found;
  }

  /** As far as the file says it; an empty list counts as a null there. */
  private long nullCount(ParquetColumn column) {
    if (!column.mayBeNull() || column.kind() == Kind.LIST) {
      return 0;
    }
    return file.nullCount(column.leaf()).orElse(0);
  }

  Optional<FoundArray> find(String name) {
    return viewed(name)
        .map(
            viewed -> {
              long nulls = viewed.view() == View.PLAIN ? nullCount(viewed.column()) : 0;
              return nulls == 0
                  ? found(viewed)
                  : FoundArray.refused(name, nulls(name, OptionalLong.of(nulls), ""));
            });
  }

  /** The part of this name. */
  Viewed named(String name) throws IOException {
    Viewed viewed =
        viewed(name)
            .orElseThrow(
                () -> new IOException("expected a column '%s', found none".formatted(name)));
    if (viewed.column().problem() != null) {
      throw new IOException(viewed.column().problem());
    }
    return viewed;
  }

  /** A column of this name counts more than a part of another one. */
  private Optional<Viewed> viewed(String name) {
    for (View view : View.values()) {
      for (ParquetColumn column : columns) {
        boolean isMeant =
            view == View.PLAIN || (column.mayBeNull() && column.kind() != Kind.REFUSED);
        if (isMeant && name.equals(column.name() + view.ending())) {
          return Optional.of(new Viewed(column, view));
        }
      }
    }
    return Optional.empty();
  }

  /** What to do about nulls. */
  static String nulls(String name, OptionalLong count, String where) {
    return "expected a column without nulls, found %s%s: convert '%s%s', which has zeros or nothing there, and the mask '%s%s'"
        .formatted(
            count.isPresent() ? Long.toString(count.getAsLong()) : "one",
            where,
            name,
            View.VALUES.ending(),
            name,
            View.VALID.ending());
  }

  private FoundArray found(Viewed viewed) {
    ParquetColumn column = viewed.column();
    if (column.kind() == Kind.REFUSED) {
      return FoundArray.refused(column.name(), column.problem());
    }
    String problem =
        "expected an array that can be read in place, found a column of Parquet: write it out with 'penstock convert %s#%s DST.npy'"
            .formatted(file.name(), viewed.name());
    if (viewed.view() == View.VALID) {
      Shape shape = Shape.of(file.recordCount());
      return FoundArray.streamed(viewed.name(), ElementType.BOOL, shape, problem);
    }
    return column.kind() == Kind.FIXED
        ? FoundArray.streamed(
            viewed.name(), column.type(), column.shape().withFirst(file.recordCount()), problem)
        : FoundArray.streamedRecords(viewed.name(), column.type(), file.recordCount(), problem);
  }
}

package io.penstock.spark;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.write.ShardLayout;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a column is, in a form that travels to executors: a {@link Column} without its files.
 *
 * @param name of the column
 * @param descr of its elements
 * @param structDescr of structured elements, as NumPy has it; null for plain ones
 * @param nativeDescr the same in the byte order of this machine; null for plain elements
 * @param fitsHeader whether a .npy can describe structured elements
 * @param shape of a record, or of a value where sizes differ
 * @param isVariable whether sizes differ
 */
record ColumnForm(
    String name,
    String descr,
    @Nullable String structDescr,
    @Nullable String nativeDescr,
    boolean fitsHeader,
    List<Long> shape,
    boolean isVariable)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static ColumnForm of(Column column) {
    ElementType type = column.elementType();
    ElementType.Structure structure = type.structure().orElse(null);
    return new ColumnForm(
        column.name(),
        type.descr(),
        structure == null ? null : structure.descr(),
        structure == null ? null : structure.nativeDescr(),
        structure != null && structure.fitsHeader(),
        column.shape().toList(),
        column.isVariable());
  }

  static ColumnForm of(String name, ElementType type, Shape shape, boolean isVariable) {
    return new ColumnForm(name, type.descr(), null, null, false, shape.toList(), isVariable);
  }

  ElementType elementType() {
    ElementType plain = ElementType.parse(descr);
    return structDescr == null || nativeDescr == null
        ? plain
        : ElementType.structured(
            plain.sizeBytes(), new ElementType.Structure(structDescr, nativeDescr, fitsHeader));
  }

  Shape recordShape() {
    return Shape.of(shape);
  }

  /** Size of a record, or of a value where sizes differ. */
  int valueBytes() {
    return Math.toIntExact(
        Math.multiplyExact(elementType().sizeBytes(), recordShape().elementCount()));
  }

  /** A column of this form for {@link ShardLayout}, which asks for no place. */
  Column column(long records) {
    Shard nowhere = Shard.of(Path.of(name), 0, records, valueBytes());
    Column.Builder column =
        Column.builder(name, elementType(), recordShape()).shards(List.of(nowhere));
    return isVariable ? column.variable().build() : column.build();
  }
}

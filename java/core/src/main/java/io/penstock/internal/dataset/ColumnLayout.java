package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.internal.folder.FolderIndex;
import java.util.List;

/**
 * What a column is made of, as its files say: where they hold its records, and of which kind these
 * are.
 */
sealed interface ColumnLayout {
  /** The column that they make. */
  Column column();

  /**
   * Records of one size.
   *
   * @param arrays that they are in, in index order
   */
  record FixedRecords(String name, List<ArrayLayout> arrays) implements ColumnLayout {
    @Override
    public Column column() {
      return ArrayLayout.column(name, arrays);
    }
  }

  /** Records of different sizes. */
  sealed interface VariableRecords extends ColumnLayout permits DividedRecords, FileRecords {}

  /** Files of a folder, each of which is a record. */
  record FileRecords(String name, FolderIndex folder) implements VariableRecords {
    @Override
    public Column column() {
      Shard index = Shard.of(folder.file(), 0, folder.recordCount(), 1);
      return Column.builder(name, ElementType.UINT8, Shape.SCALAR)
          .shards(List.of(index))
          .variable()
          .build();
    }
  }
}

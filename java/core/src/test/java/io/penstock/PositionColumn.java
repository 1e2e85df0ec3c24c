package io.penstock;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.transform.Transform;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A transform that writes the position of each record, and what it has written. */
public final class PositionColumn {
  private static final String COLUMN = "position";

  private PositionColumn() {}

  /**
   * Adds a column of positions.
   *
   * @param input any column of the dataset
   */
  public static Transform of(String input) {
    return Transform.ofRecords(
        "positions",
        List.of(input),
        List.of(OutputColumn.of(COLUMN, ElementType.INT64)),
        record ->
            record
                .output(0)
                .set(ValueLayout.JAVA_LONG_UNALIGNED, record.outputOffset(0), record.position()));
  }

  /** The position of a record of a batch. */
  public static long of(Batch batch, int i) {
    return batch.column(COLUMN).getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
  }
}

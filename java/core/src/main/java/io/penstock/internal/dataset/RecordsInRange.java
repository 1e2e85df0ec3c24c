package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Which records of one size have a byte in a range of a file.
 *
 * <p>Elements of a record may lie anywhere in Fortran order, and records may overlap: all that have
 * a byte in the range are among them; in Fortran order, all of the shard.
 */
public final class RecordsInRange {
  private RecordsInRange() {}

  /**
   * The records of a column.
   *
   * @param column whose records have one size
   * @param file one that may have some of them
   * @param from first byte of the range
   * @param to end of the range
   * @return their indices, in ascending order
   */
  public static LongStream of(Column column, Path file, long from, long to) {
    List<LongStream> ranges = new ArrayList<>();
    long first = 0;
    for (Shard shard : column.shards()) {
      long begin = first + begin(column, shard, from);
      long end = first + end(shard, to);
      if (begin < end && shard.path().equals(file)) {
        ranges.add(LongStream.range(begin, end));
      }
      first += shard.recordCount();
    }
    return ranges.stream().flatMapToLong(range -> range);
  }

  /** The first record of the shard that may end after a byte of its file. */
  private static long begin(Column column, Shard shard, long from) {
    long before = from - shard.dataOffset() - column.recordBytes();
    return before < 0 || !shard.isWhole() ? 0 : before / shard.strideBytes() + 1;
  }

  /** The end of the records of the shard that may begin before a byte of its file. */
  private static long end(Shard shard, long to) {
    long behind = to - shard.dataOffset();
    return !shard.isWhole()
        ? shard.recordCount()
        : Math.clamp(Math.ceilDiv(behind, shard.strideBytes()), 0, shard.recordCount());
  }
}

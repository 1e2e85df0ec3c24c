package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of different sizes that are runs of values, and the checks that files of values and what
 * divides them fit to each other.
 *
 * @param divisions one for each array of values, in index order
 */
record DividedRecords(String name, List<RecordLayout.Variable> divisions)
    implements ColumnLayout.VariableRecords {

  /** Reads what files of values and of offsets say of themselves. */
  static DividedRecords of(String name, List<Source> values, List<Source> offsets) {
    List<Source> valueFiles = values.stream().flatMap(s -> s.shards().stream()).toList();
    List<Source> offsetFiles = offsets.stream().flatMap(s -> s.shards().stream()).toList();
    if (valueFiles.size() != offsetFiles.size() || valueFiles.isEmpty()) {
      throw new IllegalArgumentException(
          "column '%s' must have one file of offsets for each file of values, was %d for %d"
              .formatted(name, offsetFiles.size(), valueFiles.size()));
    }
    List<RecordLayout.Variable> divisions = new ArrayList<>();
    for (int i = 0; i < valueFiles.size(); i++) {
      ArrayLayout starts = numbers(name, Formats.open(offsetFiles.get(i)));
      if (starts.recordCount() == 0) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            starts.path(),
            "expected offsets of the records of column '%s' and behind them the end of the last"
                    .formatted(name)
                + " one, found none: the offsets of no records are one 0");
      }
      ArrayLayout all = values(name, Formats.open(valueFiles.get(i)));
      checkWhole(name, all, starts);
      divisions.add(new RecordLayout.ByOffsets(all, starts));
    }
    return new DividedRecords(name, divisions);
  }

  /**
   * Offsets that do not begin with 0, or do not end with the number of values, leave values in no
   * record: most often they lack the end of the last record. Offsets that are not places of values
   * at all are reported when the record is read.
   */
  private static void checkWhole(String name, ArrayLayout values, ArrayLayout starts) {
    long first = offset(starts, 0);
    long last = offset(starts, starts.recordCount() - 1);
    long count = values.recordCount();
    boolean isInside = first >= 0 && first <= last && last <= count;
    if (isInside && (first > 0 || last < count)) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          starts.path(),
          ("expected offsets of column '%s' from 0 to %d, the number of values in %s, found %d to"
                  + " %d, with %s in no record: there is one offset more than records, and the last"
                  + " is where the last record ends")
              .formatted(name, count, values.path(), first, last, left(first, last, count)));
    }
  }

  private static String left(long first, long last, long count) {
    String before = first == 0 ? "" : "values 0 to " + (first - 1);
    String behind = last == count ? "" : "values %d to %d".formatted(last, count - 1);
    return before + (before.isEmpty() || behind.isEmpty() ? "" : " and ") + behind;
  }

  private static long offset(ArrayLayout starts, long index) {
    ArrayLayout.Run run = starts.runs().getFirst();
    ByteBuffer bytes = ByteBuffer.allocate(starts.elementType().sizeBytes());
    long at = run.offsetBytes() + index * run.strideBytes();
    try (FileChannel file = SteadyChannel.forReading(starts.path())) {
      while (bytes.hasRemaining()) {
        if (file.read(bytes, at + bytes.position()) < 0) {
          throw PenstockException.about(
              ErrorKind.FILE_CHANGED,
              starts.path(),
              "expected offsets, found that the file was cut short: make it again");
        }
      }
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e),
          starts.path(),
          "expected readable offsets, found: " + SystemReason.withAdvice(e),
          e);
    }
    return MappedIntegers.number(MemorySegment.ofArray(bytes.array()), 0, starts.elementType());
  }

  /** What formats say where the records lie. */
  static DividedRecords of(String name, List<RecordLayout.Variable> divisions) {
    for (RecordLayout.Variable division : divisions) {
      values(name, division.values());
      division.numbers().forEach(numbers -> numbers(name, numbers));
    }
    return new DividedRecords(name, divisions);
  }

  private static ArrayLayout values(String name, ArrayLayout values) {
    if (!values.isContiguous() || values.shape().isScalar()) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          values.path(),
          "expected the values of column '%s' one after another, found gaps between them or another"
                  .formatted(name)
              + " order: save numpy.ascontiguousarray of them");
    }
    return values;
  }

  private static ArrayLayout numbers(String name, ArrayLayout numbers) {
    boolean isList = numbers.shape().rank() == 1 && numbers.runs().size() == 1;
    if (!isList || !MappedIntegers.canRead(numbers.elementType())) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          numbers.path(),
          "expected a list of integers that divide the values of column '%s', found %s of shape %s"
              .formatted(name, numbers.elementType(), numbers.shape()));
    }
    return numbers;
  }

  @Override
  public Column column() {
    ArrayLayout first = divisions.getFirst().values();
    List<Shard> shards = new ArrayList<>();
    for (RecordLayout.Variable division : divisions) {
      ArrayLayout values = division.values();
      if (!values.elementType().equals(first.elementType())
          || !values.fields().equals(first.fields())
          || !values.recordShape().equals(first.recordShape())) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            values.path(),
            "expected values of type %s and shape %s in column '%s', as in %s, found %s and %s"
                .formatted(
                    first.elementType(),
                    first.recordShape(),
                    name,
                    first.path(),
                    values.elementType(),
                    values.recordShape()));
      }
      shards.add(
          Shard.of(
              values.path(), values.dataOffset(), division.recordCount(), values.recordBytes()));
    }
    return Column.builder(name, first.elementType(), first.recordShape())
        .shards(shards)
        .fields(first.fields())
        .variable()
        .build();
  }
}

package io.penstock;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.transform.Transform;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dataset with a variable column "text" of int32 and a column "label" of int16, transforms of it,
 * and what plain Java makes of it.
 */
@Timeout(120)
abstract class TransformedSequences {
  static final int RECORDS = 1000;
  static final int MOST_VALUES = 90;
  static final int HEAD = 5;

  @TempDir Path directory;

  final int[][] texts = new int[RECORDS][];
  ByteOrder stored = ByteOrder.LITTLE_ENDIAN;

  /** A fixed column from a variable one: the sum of its values, and how many there are. */
  static final Transform SUM =
      Transform.ofRecords(
          "sum",
          List.of("text"),
          List.of(OutputColumn.of("sum", ElementType.INT64, 2)),
          record -> {
            long sum = 0;
            for (int value : record.input(0).toArray(JAVA_INT)) {
              sum += value;
            }
            record.output(0).set(JAVA_LONG, record.outputOffset(0), sum);
            record.output(0).set(JAVA_LONG, record.outputOffset(0) + 8, record.inputLength(0));
          });

  /** A variable column within another one: its odd values. */
  static final Transform ODD =
      Transform.ofRecords(
          "odd",
          List.of("text"),
          List.of(OutputColumn.variableWithin("odd", ElementType.INT32, Shape.SCALAR, "text")),
          record -> {
            int count = 0;
            for (int value : record.input(0).toArray(JAVA_INT)) {
              if (value % 2 != 0) {
                record.output(0).setAtIndex(JAVA_INT, count++, value);
              }
            }
            record.setOutputLength(0, count);
          });

  /** A variable column with a limit of its own: pairs of the label and each of the first values. */
  static final Transform HEADS =
      Transform.ofRecords(
          "heads",
          List.of("label", "text"),
          List.of(OutputColumn.variable("heads", ElementType.INT64, Shape.of(2), HEAD)),
          record -> {
            long label = record.input(0).get(JAVA_SHORT, record.inputOffset(0));
            long count = Math.min(HEAD, record.inputLength(1));
            for (long i = 0; i < count; i++) {
              record.outputRecord(0).setAtIndex(JAVA_LONG, 2 * i, label);
              long value = record.inputRecord(1).getAtIndex(JAVA_INT, i);
              record.outputRecord(0).setAtIndex(JAVA_LONG, 2 * i + 1, value);
            }
            record.setOutputLength(0, count);
          });

  /** A third of the texts is empty. */
  @BeforeEach
  void write() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    int count = 0;
    for (int i = 0; i < RECORDS; i++) {
      int length = random.nextInt(3) == 0 ? 0 : random.nextInt(1, MOST_VALUES);
      texts[i] = random.ints(length, 0, 1 << 30).toArray();
      count += length;
    }
    ByteBuffer values = ByteBuffer.allocate(Integer.BYTES * count).order(stored);
    ByteBuffer offsets = ByteBuffer.allocate(Long.BYTES * (RECORDS + 1)).order(stored);
    ByteBuffer labels = ByteBuffer.allocate(Short.BYTES * RECORDS).order(stored);
    for (int i = 0; i < RECORDS; i++) {
      offsets.putLong(values.position() / Integer.BYTES);
      Arrays.stream(texts[i]).forEach(values::putInt);
      labels.putShort((short) i);
    }
    offsets.putLong(count);
    Files.write(directory.resolve("values"), values.array());
    Files.write(directory.resolve("offsets"), offsets.array());
    Files.write(directory.resolve("labels"), labels.array());
  }

  private Source source(String name, String type) {
    String order = stored == ByteOrder.LITTLE_ENDIAN ? "<" : ">";
    return Source.of(directory.resolve(name)).raw(RawLayout.of(ElementType.parse(order + type)));
  }

  Dataset dataset() {
    return Dataset.builder()
        .variable("text", source("values", "i4"), source("offsets", "i8"))
        .column("label", source("labels", "i2"))
        .open();
  }

  int[] odd(int index) {
    return Arrays.stream(texts[index]).filter(value -> value % 2 != 0).toArray();
  }

  long[] heads(int index) {
    return IntStream.of(texts[index])
        .limit(HEAD)
        .mapToObj(value -> new long[] {index, value})
        .flatMapToLong(Arrays::stream)
        .toArray();
  }

  /** The values of a record of a variable column of int32. */
  static int[] ints(Batch batch, String column, int i) {
    return batch.record(column, i).toArray(JAVA_INT);
  }

  /** Checks that a variable column has its offsets, and nothing behind the last record. */
  static void checkOffsets(Batch batch, String column, long valueBytes) {
    MemorySegment offsets = batch.offsets(column);
    assertThat(offsets.byteSize()).isEqualTo((batch.size() + 1L) * Long.BYTES);
    assertThat(offsets.getAtIndex(JAVA_LONG, 0)).isZero();
    assertThat(batch.column(column).byteSize())
        .isEqualTo(valueBytes * offsets.getAtIndex(JAVA_LONG, batch.size()));
    assertThat(batch.column(column).address() % 64).isZero();
  }

  /**
   * Checks what {@link #SUM}, {@link #ODD} and {@link #HEADS} make, beside what they are made of.
   */
  void check(Batch batch) {
    checkOffsets(batch, "text", Integer.BYTES);
    checkOffsets(batch, "odd", Integer.BYTES);
    checkOffsets(batch, "heads", 2 * Long.BYTES);
    for (int i = 0; i < batch.size(); i++) {
      int index = Math.toIntExact(batch.index(i));
      assertThat(ints(batch, "text", i)).as("text %d", index).isEqualTo(texts[index]);
      assertThat(batch.column("label").getAtIndex(JAVA_SHORT, i)).isEqualTo((short) index);
      assertThat(batch.record("sum", i).toArray(JAVA_LONG))
          .containsExactly(Arrays.stream(texts[index]).asLongStream().sum(), texts[index].length);
      assertThat(ints(batch, "odd", i)).as("odd %d", index).isEqualTo(odd(index));
      assertThat(batch.record("heads", i).toArray(JAVA_LONG)).isEqualTo(heads(index));
    }
  }

  static LoaderBuilder transformed(LoaderBuilder builder) {
    return builder.transform(SUM).transform(ODD).transform(HEADS);
  }
}

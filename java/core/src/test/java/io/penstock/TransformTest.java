package io.penstock;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.TestColumn.RecordKind;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.transform.Transform;
import io.penstock.transform.Transforms;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes out of transforms is what plain Java makes of the file, however it is run. */
@Timeout(120)
class TransformTest {
  /** Adds up the bytes of a record: another type and shape than what goes in. */
  private static final Transform SUM =
      Transform.ofRecords(
          "sum",
          List.of("x"),
          List.of(OutputColumn.of("sum", ElementType.INT64)),
          record -> {
            long sum = 0;
            MemorySegment bytes = record.inputRecord(0);
            for (long i = 0; i < bytes.byteSize(); i++) {
              sum += bytes.get(JAVA_BYTE, i);
            }
            record.output(0).set(JAVA_LONG, record.outputOffset(0), sum);
          });

  @TempDir Path directory;

  static List<Arguments> waysAndKinds() {
    return Way.all()
        .flatMap(way -> Stream.of(RecordKind.values()).map(kind -> Arguments.of(way, kind)))
        .toList();
  }

  private TestColumn column(int count, int bytes, RecordKind kind) {
    return TestColumn.write(directory, "x", count, bytes, 7, kind);
  }

  @ParameterizedTest
  @MethodSource("waysAndKinds")
  void eachRecordIsTransformedAndTheOthersColumnsGoOnUntouched(Way way, RecordKind kind) {
    TestColumn column = column(1003, 100, kind);
    TestColumn labels = TestColumn.write(directory, "y", 1003, 1, 7, RecordKind.FIXED);
    try (Dataset dataset = labels.addTo(column.addTo(Dataset.builder())).open();
        Loader loader = way.loader(dataset).batchSize(64).seed(5).transform(SUM).build()) {
      assertThat(loader.columns()).extracting(OutputColumn::name).containsExactly("x", "y", "sum");
      int seen = 0;
      for (Epoch epoch : loader.epochs(2)) {
        long position = 0;
        for (Batch batch : epoch) {
          assertThat(batch.position()).isEqualTo(position);
          assertThat(batch.column("sum").byteSize()).isEqualTo(8L * batch.size());
          long bytes = 0;
          for (int i = 0; i < batch.size(); i++) {
            byte[] record = column.record(batch.index(i));
            assertThat(batch.column("sum").getAtIndex(JAVA_LONG, i)).isEqualTo(sum(record));
            assertThat(column.record(batch, i)).isEqualTo(record);
            assertThat(labels.record(batch, i)).isEqualTo(labels.record(batch.index(i)));
            bytes += record.length;
          }
          assertThat(batch.column("x").byteSize()).isEqualTo(bytes);
          position += batch.size();
          seen += batch.size();
        }
        assertThat(position).isEqualTo(1003);
      }
      assertThat(seen).isEqualTo(2006);
      assertThat(loader.statistics().records()).isEqualTo(2006);
      assertThat(loader.statistics().batches()).isEqualTo(32);
      assertThat(loader.statistics().bytes()).isEqualTo(2 * column.bytes() + 2006 * 9);
      assertThat(loader.statistics().time().transform().toNanos()).isPositive();
    }
  }

  private static long sum(byte[] record) {
    long sum = 0;
    for (byte value : record) {
      sum += value;
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource
  void aChainRunsInOrderAndDeliversOnlyWhatIsLeft(RecordKind kind) {
    TestColumn column = column(500, 100, kind);
    Transform negate =
        Transform.ofRecords(
            "negate",
            List.of("sum"),
            List.of(
                OutputColumn.of("sum", ElementType.INT64),
                OutputColumn.of("half", ElementType.INT32)),
            record -> {
              long sum = record.input(0).get(JAVA_LONG, record.inputOffset(0));
              record.output(0).set(JAVA_LONG, record.outputOffset(0), -sum);
              record.output(1).set(JAVA_INT, record.outputOffset(1), (int) sum / 2);
            });
    // The sum of this record and the next one of the batch, of what the stage before made.
    Transform pairs =
        Transform.ofBatches(
            "pairs",
            List.of("sum"),
            List.of(OutputColumn.of("pair", ElementType.INT64)),
            (batch, from, to) -> {
              for (int i = from; i < to; i++) {
                long next = batch.input(0).getAtIndex(JAVA_LONG, (i + 1) % batch.size());
                long pair = batch.input(0).getAtIndex(JAVA_LONG, i) + next;
                batch.output(0).setAtIndex(JAVA_LONG, i, pair);
              }
            });
    Transform twice =
        Transform.ofRecords(
            "twice",
            List.of("pair"),
            List.of(OutputColumn.of("pair", ElementType.INT64)),
            record ->
                record
                    .output(0)
                    .set(
                        JAVA_LONG,
                        record.outputOffset(0),
                        2 * record.input(0).get(JAVA_LONG, record.inputOffset(0))));
    for (int threads : new int[] {1, 2, 8}) {
      try (Dataset dataset = column.open();
          Loader loader =
              dataset
                  .loader()
                  .batchSize(33)
                  .transform(SUM)
                  .transform(negate)
                  .transform(Transforms.drop("x"))
                  .transform(pairs)
                  .transform(twice)
                  .transform(Transforms.drop("sum"))
                  .transformThreads(threads)
                  .build()) {
        assertThat(loader.columns())
            .containsExactly(
                OutputColumn.of("half", ElementType.INT32),
                OutputColumn.of("pair", ElementType.INT64));
        for (Batch batch : loader.epoch(1)) {
          for (int i = 0; i < batch.size(); i++) {
            long sum = sum(column.record(batch.index(i)));
            long next = sum(column.record(batch.index((i + 1) % batch.size())));
            assertThat(batch.column("pair").getAtIndex(JAVA_LONG, i)).isEqualTo(-2 * (sum + next));
            assertThat(batch.column("half").getAtIndex(JAVA_INT, i)).isEqualTo((int) sum / 2);
          }
        }
      }
    }
  }

  @Test
  void outputsAreBuffersInTheirByteOrder() {
    TestColumn column = column(10, 4, RecordKind.FIXED);
    try (Dataset dataset = column.open();
        Loader loader =
            dataset
                .loader()
                .transform(
                    "x",
                    OutputColumn.of("x", ElementType.parse(">i4")),
                    record -> record.outputRecord(0).copyFrom(record.inputRecord(0)))
                .build()) {
      Batch batch = loader.epoch(0).iterator().next();
      ByteBuffer buffer = batch.asByteBuffer("x");
      assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
      ByteBuffer expected = ByteBuffer.wrap(column.record(batch.index(3)));
      assertThat(buffer.getInt(12)).isEqualTo(expected.getInt(0));
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> batch.column("none"))
          .withMessageContaining("'none'");
    }
  }

  @ParameterizedTest
  @EnumSource
  void memoryOfTransformsIsWithinTheBudget(RecordKind kind) {
    TestColumn column = column(300, 1000, kind);
    try (Dataset dataset = column.open()) {
      for (long memory : new long[] {12 << 20, 16 << 20, 64 << 20}) {
        LoaderBuilder builder = dataset.loader().batchSize(50).memoryBytes(memory);
        OutputColumn floats = OutputColumn.of("x", ElementType.FLOAT32, 1000);
        try (Loader loader = builder.transform("x", floats, record -> {}).build()) {
          assertThat(loader.statistics().memoryBytes()).isLessThanOrEqualTo(memory);
          assertThat(loader.epoch(0)).hasSize(6);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void withAnyOrderAllBatchesComeAndTheStateLosesNone(RecordKind kind) {
    TestColumn column = column(2000, 8, kind);
    Transform slow =
        Transform.ofRecords(
            "slow",
            List.of("x"),
            List.of(
                kind == RecordKind.FIXED
                    ? OutputColumn.of("x", ElementType.UINT8, 8)
                    : OutputColumn.variableWithin("x", ElementType.UINT8, Shape.SCALAR, "x")),
            record -> {
              long turns = record.position() % 700 == 0 ? 3_000_000 : 1;
              long value = record.random().nextLong();
              for (long i = 0; i < turns; i++) {
                value = value * 31 + i;
              }
              record.outputRecord(0).copyFrom(record.inputRecord(0));
              if (kind == RecordKind.VARIABLE) {
                record.setOutputLength(0, record.inputLength(0));
              }
              if (value == 42) {
                throw new IllegalStateException("so that the loop is not left out");
              }
            });
    boolean[] seen = new boolean[2000];
    String state = null;
    int fromState = 0;
    try (Dataset dataset = column.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(10)
                .anyOrder(true)
                .transformThreads(4)
                .transform(slow)
                .build()) {
      int count = 0;
      long below = 0;
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          int position = (int) batch.position() + i;
          assertThat(seen[position]).isFalse();
          seen[position] = true;
          assertThat(column.record(batch, i)).isEqualTo(column.record(batch.index(i)));
        }
        while (below < 2000 && seen[(int) below]) {
          below++;
        }
        long[] delivered = loader.state().delivered();
        long end = delivered.length == 0 ? 0 : delivered[delivered.length - 1];
        assertThat(end == 0 && loader.state().epoch() == 1 ? 2000 : end).isEqualTo(below);
        if (++count == 100) {
          state = loader.state().toString();
          fromState = (int) below;
        }
      }
      assertThat(count).isEqualTo(200);
    }
    assertThat(seen).doesNotContain(false);
    try (Dataset dataset = column.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(10)
                .state(io.penstock.job.LoaderState.parse(state))
                .build()) {
      assertThat(loader.epoch(0).iterator().next().position()).isEqualTo(fromState);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEpochThatIsLeftAndStartedAgainIsWhole(RecordKind kind) {
    TestColumn column = column(1000, 100, kind);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().batchSize(10).transform(SUM).transformThreads(3).build()) {
      for (int round = 0; round < 200; round++) {
        int position = 0;
        for (Epoch epoch : loader.epochsFrom(round % 2).limit(2)) {
          position = 0;
          for (Batch batch : epoch) {
            assertThat(batch.epoch()).isEqualTo(epoch.number());
            assertThat(batch.position()).isEqualTo(position);
            assertThat(batch.column("sum").getAtIndex(JAVA_LONG, 9))
                .isEqualTo(sum(column.record(batch.index(9))));
            position += 10;
            if (position > 5 * round) {
              break;
            }
          }
        }
      }
    }
  }
}

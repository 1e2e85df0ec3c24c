package io.penstock;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.options.BadRecordPolicy;
import io.penstock.transform.Transform;
import io.penstock.transform.Transforms;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transforms that read and make records of different sizes do what plain Java does. */
class VariableTransformTest extends TransformedSequences {
  static List<Way> ways() {
    return Way.all().toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void fixedAndVariableColumnsAreMadeOfVariableOnesAndTheOthersPass(Way way) {
    try (Dataset dataset = dataset()) {
      for (long limit : new long[] {1 << 20, 2000}) {
        LoaderBuilder builder =
            way.loader(dataset).batchSize(64).seed(5).memoryBytes(32 << 20).batchBytes(limit);
        try (Loader loader = transformed(builder).build()) {
          assertThat(loader.columns())
              .extracting(OutputColumn::name)
              .containsExactly("text", "label", "sum", "odd", "heads");
          assertThat(loader.columns())
              .extracting(OutputColumn::isVariable)
              .containsExactly(true, false, false, true, true);
          long bytes = 0;
          for (Epoch epoch : loader.epochs(2)) {
            long position = 0;
            for (Batch batch : epoch) {
              assertThat(batch.position()).isEqualTo(position);
              check(batch);
              position += batch.size();
              for (OutputColumn column : loader.columns()) {
                bytes += batch.column(column.name()).byteSize();
              }
            }
            assertThat(position).isEqualTo(RECORDS);
          }
          assertThat(loader.statistics().bytes()).isEqualTo(bytes);
          assertThat(loader.statistics().records()).isEqualTo(2 * RECORDS);
        }
      }
    }
  }

  /** The odd values of the text, and behind them the first one of the record that follows. */
  private static final Transform LINKED =
      Transform.ofBatches(
          "linked",
          List.of("odd", "text"),
          List.of(
              OutputColumn.variable("linked", ElementType.INT64, Shape.SCALAR, MOST_VALUES + 1),
              OutputColumn.variableWithin("odd", ElementType.INT16, Shape.SCALAR, "odd"),
              OutputColumn.of("next", ElementType.INT64)),
          (batch, from, to) -> {
            MemorySegment offsets = batch.inputOffsets(1);
            for (int i = to - 1; i >= from; i--) {
              int[] own = batch.inputRecord(0, i).toArray(JAVA_INT);
              MemorySegment out = batch.outputRecord(0, i);
              for (int j = 0; j < own.length; j++) {
                out.setAtIndex(JAVA_LONG, j, own[j]);
              }
              int next = (i + 1) % batch.size();
              long begin = offsets.getAtIndex(JAVA_LONG, next);
              boolean isEmpty = begin == offsets.getAtIndex(JAVA_LONG, next + 1L);
              long first = isEmpty ? -1 : batch.input(1).getAtIndex(JAVA_INT, begin);
              out.setAtIndex(JAVA_LONG, own.length, first);
              batch.setOutputLength(0, i, own.length + 1L);
              batch.setOutputLength(1, i, own.length / 2);
              batch.outputRecord(1, i).fill((byte) 3);
              batch.output(2).setAtIndex(JAVA_LONG, i, first);
            }
          });

  /** Halves: of what the record transforms before have made, within the same stage. */
  private static final Transform HALVES =
      Transform.ofRecords(
          "halves",
          List.of("linked"),
          List.of(OutputColumn.variableWithin("halves", ElementType.INT64, Shape.SCALAR, "linked")),
          record -> {
            long count = record.inputLength(0) / 2;
            record.output(0).copyFrom(record.input(0).asSlice(0, 8 * count));
            record.setOutputLength(0, count);
          });

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void chainsOfStagesReadWhatStagesBeforeHaveMade(int threads) {
    for (long limit : new long[] {1 << 20, 3000}) {
      try (Dataset dataset = dataset();
          Loader loader =
              dataset
                  .loader()
                  .batchSize(100)
                  .batchBytes(limit)
                  .transform(ODD)
                  .transform(LINKED)
                  .transform(HALVES)
                  .transform(Transforms.cast("halves", ElementType.FLOAT64))
                  .transform(Transforms.drop("text", "linked"))
                  .transformThreads(threads)
                  .build()) {
        for (Batch batch : loader.epoch(1)) {
          checkOffsets(batch, "odd", Short.BYTES);
          checkOffsets(batch, "halves", Double.BYTES);
          for (int i = 0; i < batch.size(); i++) {
            int index = (int) batch.index(i);
            int[] next = texts[(int) batch.index((i + 1) % batch.size())];
            long first = next.length == 0 ? -1 : next[0];
            double[] linked =
                LongStream.concat(Arrays.stream(odd(index)).asLongStream(), LongStream.of(first))
                    .asDoubleStream()
                    .toArray();
            assertThat(batch.record("halves", i).toArray(JAVA_DOUBLE))
                .isEqualTo(Arrays.copyOf(linked, linked.length / 2));
            assertThat(batch.column("next").getAtIndex(JAVA_LONG, i)).isEqualTo(first);
            assertThat(batch.record("odd", i).byteSize()).isEqualTo(2L * (odd(index).length / 2));
          }
        }
      }
    }
  }

  @Test
  void aFixedColumnBecomesAVariableOne() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 500, 20, 3);
    Transform nonzero =
        Transform.ofRecords(
            "positive",
            List.of("x"),
            List.of(OutputColumn.variable("positive", ElementType.INT8, Shape.SCALAR, 20)),
            record -> {
              MemorySegment out = record.output(0);
              int count = 0;
              for (byte value : record.inputRecord(0).toArray(JAVA_BYTE)) {
                if (value > 0) {
                  out.set(JAVA_BYTE, count++, value);
                }
              }
              record.setOutputLength(0, count);
            });
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(33).transform(nonzero).build()) {
      for (Batch batch : loader.epoch(0)) {
        checkOffsets(batch, "positive", 1);
        for (int i = 0; i < batch.size(); i++) {
          byte[] record = array.record(batch.index(i));
          assertThat(ints(batch.record("positive", i)))
              .isEqualTo(IntStream.range(0, 20).map(j -> record[j]).filter(v -> v > 0).toArray());
        }
        assertThatThrownBy(() -> batch.tensor("positive"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("use column('positive') with offsets('positive')");
        assertThatThrownBy(() -> batch.offsets("x"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("all have 20 bytes");
      }
    }
  }

  private static int[] ints(MemorySegment bytes) {
    int[] ints = new int[(int) bytes.byteSize()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = bytes.get(JAVA_BYTE, i);
    }
    return ints;
  }

  @Test
  void castsAndSwapsOfVariableColumnsStayVariable() {
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(50)
                .transform(Transforms.cast("text", ElementType.INT64))
                .transform(Transforms.byteSwap("text"))
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        checkOffsets(batch, "text", Long.BYTES);
        for (int i = 0; i < batch.size(); i++) {
          long[] expected =
              Arrays.stream(texts[(int) batch.index(i)]).mapToLong(Long::reverseBytes).toArray();
          assertThat(batch.record("text", i).toArray(JAVA_LONG)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void valuesInTheOtherByteOrderAreTurnedAroundBefore() throws IOException {
    stored = ByteOrder.BIG_ENDIAN;
    write();
    try (Dataset dataset = dataset();
        Loader loader =
            transformed(dataset.loader().batchSize(64).nativeOrder(true).batchBytes(3000))
                .build()) {
      loader.epoch(0).forEach(this::check);
    }
  }

  static Stream<BadRecordPolicy> policies() {
    return Stream.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void badRecordsAreLeftOutOrReplacedBefore(BadRecordPolicy policy) throws IOException {
    try (FileChannel offsets =
        FileChannel.open(directory.resolve("offsets"), StandardOpenOption.WRITE)) {
      offsets.write(ByteBuffer.allocate(8).putLong(0, -1L), 8 * 500);
    }
    Transform positions = PositionColumn.of("text");
    try (Dataset dataset = dataset()) {
      for (long limit : new long[] {1 << 20, 3000}) {
        LoaderBuilder builder =
            dataset.loader().batchSize(100).badRecordPolicy(policy).batchBytes(limit);
        try (Loader loader = transformed(builder).transform(positions).build()) {
          List<Long> indices = new ArrayList<>();
          boolean[] isDone = new boolean[RECORDS];
          for (Batch batch : loader.epoch(0)) {
            check(batch);
            for (int i = 0; i < batch.size(); i++) {
              int position = (int) PositionColumn.of(batch, i);
              long index = loader.sampler().index(0, position);
              assertThat(isBad(index) || index == batch.index(i)).isTrue();
              assertThat(isDone[position]).isFalse();
              isDone[position] = true;
              indices.add(batch.index(i));
            }
            int state = loader.state().epoch() > 0 ? RECORDS : (int) loader.state().position();
            for (int position = 0; position < RECORDS; position++) {
              boolean isLeftOut = isBad(loader.sampler().index(0, position));
              assertThat(isDone[position] || isLeftOut)
                  .as("position %d, state %d", position, state)
                  .isEqualTo(position < state || isLeftOut);
            }
          }
          assertThat(indices).doesNotContain(499L, 500L);
          assertThat(indices).hasSize(policy == BadRecordPolicy.SKIP ? RECORDS - 2 : RECORDS);
        }
      }
    }
  }

  private static boolean isBad(long index) {
    return index == 499 || index == 500;
  }

  @Test
  void aReplayHandsOutTransformedRecords() {
    try (Dataset dataset = dataset();
        Loader loader =
            transformed(dataset.loader().batchSize(64).batchBytes(3000).replay(true)).build()) {
      for (Epoch epoch : loader.epochs(2)) {
        int records = 0;
        for (Batch batch : epoch) {
          check(batch);
          records += batch.size();
        }
        assertThat(records).isEqualTo(RECORDS);
      }
    }
  }
}

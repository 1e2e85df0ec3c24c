package io.penstock;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.Transform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transformed batches that come in pieces: their order, their states, their random numbers. */
class VariableTransformOrderTest extends TransformedSequences {
  /** Leaves out values at random; some records take long. */
  private static final Transform SLOW_DROPOUT =
      Transform.ofRecords(
          "dropout",
          List.of("text"),
          List.of(OutputColumn.variableWithin("text", ElementType.INT32, Shape.SCALAR, "text")),
          record -> {
            RecordRandom random = record.random();
            long turns = record.position() % 170 == 0 ? 3_000_000 : 1;
            long value = random.nextLong();
            for (long i = 0; i < turns; i++) {
              value = value * 31 + i;
            }
            int count = 0;
            for (int i = 0; i < record.inputLength(0); i++) {
              if (random.nextBoolean()) {
                int kept = record.input(0).getAtIndex(JAVA_INT, i);
                record.output(0).setAtIndex(JAVA_INT, count++, kept);
              }
            }
            record.setOutputLength(0, count);
            if (value == 42) {
              throw new IllegalStateException("so that the loop is not left out");
            }
          });

  static List<Way> ways() {
    return Way.all().toList();
  }

  /** The records by their positions. */
  private static void collect(Batch batch, int[][] records) {
    for (int i = 0; i < batch.size(); i++) {
      int position = (int) batch.position() + i;
      assertThat(records[position]).as("position %d comes once", position).isNull();
      records[position] = ints(batch, "text", i);
    }
  }

  private static int[][] collect(LoaderBuilder builder, long epoch) {
    int[][] records = new int[RECORDS][];
    try (Loader loader = builder.build()) {
      for (Batch batch : loader.epoch(epoch)) {
        collect(batch, records);
      }
    }
    return records;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void recordsAreTheSameForAllThreadsBatchesAndPieces(Way way) {
    try (Dataset dataset = dataset()) {
      int[][] expected =
          collect(dataset.loader().batchSize(64).transformThreads(1).transform(SLOW_DROPOUT), 2);
      assertThat(List.of(expected)).hasSize(RECORDS);
      for (int threads : new int[] {1, 2, 8}) {
        for (boolean isAnyOrder : new boolean[] {false, true}) {
          LoaderBuilder builder =
              way.loader(dataset)
                  .batchSize(50 * threads)
                  .batchBytes(2000)
                  .memoryBytes(32 << 20)
                  .transformThreads(threads)
                  .anyOrder(isAnyOrder)
                  .transform(SLOW_DROPOUT);
          assertThat(collect(builder, 2)).isDeepEqualTo(expected);
        }
      }
      int[][] others = collect(dataset.loader().transform(SLOW_DROPOUT), 3);
      int same = 0;
      for (int i = 0; i < RECORDS; i++) {
        same += expected[i].length > 0 && Arrays.equals(expected[i], others[i]) ? 1 : 0;
      }
      assertThat(same).isLessThan(RECORDS / 10);
    }
  }

  @ParameterizedTest
  @CsvSource({"300,4000", "50,700", "10,4000"})
  void withAnyOrderAStateCountsThePiecesBeforeTheFirstMissingOne(int batchSize, int batchBytes) {
    List<LoaderState> states = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    int[][] records = new int[RECORDS][];
    int overtaken = 0;
    try (Dataset dataset = dataset()) {
      try (Loader loader =
          dataset
              .loader()
              .batchSize(batchSize)
              .batchBytes(batchBytes)
              .seed(3)
              .anyOrder(true)
              .transformThreads(4)
              .transform(SLOW_DROPOUT)
              .build()) {
        int below = 0;
        for (Batch batch : loader.epoch(0)) {
          overtaken += batch.position() > below ? 1 : 0;
          collect(batch, records);
          while (below < RECORDS && records[below] != null) {
            below++;
          }
          LoaderState state = loader.state();
          assertThat(state.epoch() == 1 ? RECORDS : state.position()).isEqualTo(below);
          states.add(state);
          positions.add(below);
        }
        assertThat(below).isEqualTo(RECORDS);
        assertThat(loader.epoch(1)).isNotEmpty();
      }
      for (int i = 0; i < states.size(); i += 1 + states.size() / 7) {
        LoaderBuilder rest =
            dataset.loader().seed(3).batchBytes(900).transform(SLOW_DROPOUT).state(states.get(i));
        int[][] resumed = collect(rest, 0);
        int from = positions.get(i);
        assertThat(Arrays.copyOfRange(resumed, from, RECORDS))
            .isDeepEqualTo(Arrays.copyOfRange(records, from, RECORDS));
        assertThat(Arrays.copyOf(resumed, from)).isDeepEqualTo(new int[from][]);
      }
    }
    assertThat(overtaken).as("batches that overtook others").isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aJobGoesOnFromEveryPiece(boolean isAnyOrder) {
    try (Dataset dataset = dataset();
        Loader loader =
            transformed(dataset.loader().batchSize(300).seed(5).batchBytes(4000))
                .anyOrder(isAnyOrder)
                .build()) {
      int delivered = 0;
      int pieces = 0;
      for (Batch batch : loader.epoch(1)) {
        delivered += batch.size();
        LoaderState state = loader.state();
        if (!isAnyOrder) {
          assertThat(state.epoch() == 2 ? RECORDS : state.position()).isEqualTo(delivered);
        }
        if (++pieces % 7 != 0 || state.epoch() == 2) {
          continue;
        }
        LoaderBuilder builder =
            dataset.loader().batchSize(50).seed(5).memoryBytes(16 << 20).state(state);
        long position = state.position();
        try (Loader rest = transformed(builder).build()) {
          for (Batch next : rest.epoch(1)) {
            check(next);
            assertThat(next.position()).isEqualTo(position);
            position += next.size();
          }
        }
        assertThat(position).isEqualTo(RECORDS);
      }
      assertThat(delivered).isEqualTo(RECORDS);
      assertThat(pieces).isGreaterThan(30);
    }
  }

  @Test
  void withSeveralRanksAWholeBatchCounts() {
    try (Dataset dataset = dataset()) {
      Map<Long, Integer> seen = new TreeMap<>();
      LoaderState state = null;
      for (int rank = 0; rank < 3; rank++) {
        LoaderBuilder builder = dataset.loader().batchSize(50).rank(rank, 3).batchBytes(2000);
        try (Loader loader = transformed(builder).build()) {
          for (Batch batch : loader.epoch(0)) {
            if (batch.position() >= 300) {
              break;
            }
            check(batch);
            for (int i = 0; i < batch.size(); i++) {
              seen.merge(batch.index(i), 1, Integer::sum);
            }
            state = loader.state();
          }
        }
      }
      assertThat(state.position()).isEqualTo(300);
      try (Loader rest = transformed(dataset.loader().batchSize(100).state(state)).build()) {
        for (Batch batch : rest.epoch(0)) {
          for (int i = 0; i < batch.size(); i++) {
            seen.merge(batch.index(i), 1, Integer::sum);
          }
        }
      }
      assertThat(seen).hasSize(RECORDS).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }
  }

  @ParameterizedTest
  @CsvSource({"KEEP,false", "DROP,false", "PAD,false", "PAD,true"})
  void theLastBatchIsTransformedLikeAllOthers(Remainder remainder, boolean isAnyOrder) {
    try (Dataset dataset = dataset();
        Loader loader =
            transformed(dataset.loader().batchSize(300).remainder(remainder).batchBytes(2000))
                .anyOrder(isAnyOrder)
                .build()) {
      for (Epoch epoch : loader.epochs(3)) {
        int real = 0;
        int padding = 0;
        for (Batch batch : epoch) {
          check(batch);
          assertThat(batch.epoch()).isEqualTo(epoch.number());
          real += batch.unpaddedSize();
          padding += batch.size() - batch.unpaddedSize();
        }
        assertThat(real).isEqualTo(remainder == Remainder.DROP ? 900 : RECORDS);
        assertThat(padding).isEqualTo(remainder == Remainder.PAD ? 200 : 0);
        assertThat(loader.state().epoch()).isEqualTo(epoch.number() + 1);
      }
    }
  }

  @Test
  void anEpochThatIsLeftWithinABatchAndBegunAgainIsWhole() {
    try (Dataset dataset = dataset();
        Loader loader =
            transformed(dataset.loader().batchSize(300).batchBytes(2000).anyOrder(true)).build()) {
      for (int round = 1; round < 60; round++) {
        int left = round;
        for (Batch batch : loader.epoch(round % 2)) {
          check(batch);
          if (--left == 0) {
            break;
          }
        }
        int records = 0;
        for (Batch batch : loader.epoch(0)) {
          assertThat(batch.record("text", 0).toArray(JAVA_BYTE))
              .hasSize(4 * texts[(int) batch.index(0)].length);
          records += batch.size();
        }
        assertThat(records).isEqualTo(RECORDS);
      }
    }
  }
}

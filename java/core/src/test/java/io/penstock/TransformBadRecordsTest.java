package io.penstock;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.BadRecord;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.job.LoaderState;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.transform.RecordContext;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.Transform;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that a transform says are bad: they fail their batch, or it goes on without them. */
class TransformBadRecordsTest extends TransformedSequences {
  /** Two of them follow each other, and so do the last one and the first. */
  private static final Set<Integer> BAD = Set.of(0, 7, 123, 124, 125, 700, 999);

  private static final long SEED = 5;
  private static final int BATCH = 64;

  private static void refuse(RecordContext record, Set<Integer> bad) {
    if (bad.contains((int) record.index())) {
      throw new PenstockException(ErrorKind.DAMAGED_RECORD, "cannot be decoded");
    }
  }

  /** Positions of records, of those that are not bad. */
  private static Transform positions(Set<Integer> bad) {
    return Transform.ofRecords(
        "positions",
        List.of("text"),
        List.of(OutputColumn.of("position", ElementType.INT64, 2)),
        record -> {
          refuse(record, bad);
          long at = record.outputOffset(0);
          record.output(0).set(JAVA_LONG, at, record.position());
          record.output(0).set(JAVA_LONG, at + 8, record.random().nextLong());
        });
  }

  private static LoaderBuilder builder(Dataset dataset, BadRecordPolicy policy, int threads) {
    return transformed(
        dataset
            .loader()
            .batchSize(BATCH)
            .seed(SEED)
            .memoryBytes(64 << 20)
            .transformThreads(threads)
            .badRecordPolicy(policy)
            .transform(positions(BAD)));
  }

  private static long random(long epoch, long position) {
    long key = RecordRandom.key(SEED, epoch, 0);
    return new RecordRandom().start(key, position).nextLong();
  }

  private record Place(long position, long index) {}

  private static List<Place> expected(BadRecordPolicy policy, int epoch) {
    FullShuffle order = new FullShuffle(RECORDS, SEED);
    List<Place> all = new ArrayList<>();
    for (int position = 0; position < RECORDS; position++) {
      long index = order.index(epoch, position);
      boolean isBad = BAD.contains((int) index);
      while (BAD.contains((int) index)) {
        index = (index + 1) % RECORDS;
      }
      if (!isBad || policy == BadRecordPolicy.REPLACE) {
        all.add(new Place(position, index));
      }
    }
    return all;
  }

  private List<Place> delivered(Iterable<Batch> epoch, long number) {
    List<Place> all = new ArrayList<>();
    for (Batch batch : epoch) {
      check(batch);
      for (int i = 0; i < batch.size(); i++) {
        long[] values = batch.record("position", i).toArray(JAVA_LONG);
        all.add(new Place(values[0], batch.index(i)));
        assertThat(values[1]).isEqualTo(random(number, values[0]));
      }
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"SKIP, 1", "SKIP, 3", "REPLACE, 1", "REPLACE, 3"})
  void batchesGoOnWithoutBadRecordsAndEveryOtherIsInItsPlace(BadRecordPolicy policy, int threads) {
    try (Dataset dataset = dataset();
        Loader loader = builder(dataset, policy, threads).build()) {
      for (int epoch = 0; epoch < 2; epoch++) {
        assertThat(delivered(loader.epoch(epoch), epoch)).isEqualTo(expected(policy, epoch));
      }
      assertThat(loader.statistics().badRecords()).isGreaterThanOrEqualTo(2L * BAD.size());
      assertThat(loader.badRecords())
          .extracting(BadRecord::index)
          .containsExactlyInAnyOrderElementsOf(BAD.stream().map(Integer::longValue).toList());
      for (BadRecord bad : loader.badRecords()) {
        assertThat(bad.column()).isEqualTo("text");
        assertThat(bad.epoch()).isZero();
        assertThat(bad.problem())
            .contains("values at byte ", ": record " + bad.index() + " of column 'text': cannot");
        assertThat(bad.replacement().isPresent()).isEqualTo(policy == BadRecordPolicy.REPLACE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"SKIP", "REPLACE"})
  void aResumedEpochGoesOnWithTheSameRecords(BadRecordPolicy policy) {
    List<Place> all = expected(policy, 0);
    try (Dataset dataset = dataset()) {
      LoaderState state;
      List<Place> first = new ArrayList<>();
      try (Loader loader = builder(dataset, policy, 2).build()) {
        var batches = loader.epoch(0).iterator();
        for (int i = 0; i < 5; i++) {
          first.addAll(delivered(List.of(batches.next()), 0));
        }
        state = loader.state();
      }
      try (Loader loader = builder(dataset, policy, 2).state(state).build()) {
        List<Place> rest = delivered(loader.epoch(0), 0);
        assertThat(first).isEqualTo(all.subList(0, first.size()));
        assertThat(rest).isEqualTo(all.subList(first.size(), all.size()));
      }
    }
  }

  /** A stage of batches lies between; what was read is needed again. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void recordsThatALaterStageFindsBadAreSkippedAndReplaced(int threads) {
    Transform count =
        Transform.ofBatches(
            "size",
            List.of("sum"),
            List.of(OutputColumn.of("size", ElementType.INT64)),
            (batch, from, to) -> {
              for (int i = from; i < to; i++) {
                batch.outputRecord(0, i).set(JAVA_LONG, 0, batch.size());
              }
            });
    Transform late =
        Transform.ofRecords(
            "late",
            List.of("odd"),
            List.of(OutputColumn.of("late", ElementType.INT64)),
            record -> {
              refuse(record, Set.of(1, 126, 300, 701));
              record.output(0).set(JAVA_LONG, record.outputOffset(0), record.inputLength(0));
            });
    Set<Integer> bad = Set.of(0, 1, 7, 123, 124, 125, 126, 300, 700, 701, 999);
    FullShuffle order = new FullShuffle(RECORDS, SEED);
    for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
      List<Long> found = new ArrayList<>();
      try (Dataset dataset = dataset();
          Loader loader =
              builder(dataset, policy, threads).transform(count).transform(late).build()) {
        for (Batch batch : loader.epoch(0)) {
          check(batch);
          for (int i = 0; i < batch.size(); i++) {
            found.add(batch.index(i));
            assertThat(batch.record("size", i).get(JAVA_LONG, 0)).isEqualTo(batch.size());
            assertThat(batch.record("late", i).get(JAVA_LONG, 0))
                .isEqualTo(odd((int) batch.index(i)).length);
          }
        }
      }
      List<Long> expected = new ArrayList<>();
      for (int position = 0; position < RECORDS; position++) {
        long index = order.index(0, position);
        if (policy == BadRecordPolicy.SKIP && bad.contains((int) index)) {
          continue;
        }
        while (bad.contains((int) index)) {
          index = (index + 1) % RECORDS;
        }
        expected.add(index);
      }
      assertThat(found).as("%s", policy).isEqualTo(expected);
    }
  }

  @Test
  void aRecordInThePlaceOfABadOneHasTheByteOrderOfThisMachine() throws Exception {
    stored = ByteOrder.BIG_ENDIAN;
    write();
    try (Dataset dataset = dataset();
        Loader loader = builder(dataset, BadRecordPolicy.REPLACE, 2).nativeOrder(true).build()) {
      assertThat(delivered(loader.epoch(0), 0)).isEqualTo(expected(BadRecordPolicy.REPLACE, 0));
    }
  }

  @Test
  void aBadRecordFailsItsBatchUnlessAPolicySaysOtherwise() {
    try (Dataset dataset = dataset();
        Loader loader = builder(dataset, BadRecordPolicy.FAIL, 2).shuffle(Shuffle.NONE).build()) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(loader.epoch(0).iterator()::next)
          .withMessageContaining(
              "'positions' failed on record 0 (epoch 0, position 0), " + directory)
          .withMessageContaining("values at byte 0: cannot be decoded:")
          .withMessageContaining("skipped or replaced")
          .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.DAMAGED_RECORD))
          .satisfies(e -> assertThat(e.recordIndex()).hasValue(0));
    }
  }

  @Test
  void aTransformThatFailsOtherwiseFailsItsBatchWhateverThePolicy() {
    Transform failing =
        Transform.ofRecords(
            "failing",
            List.of("text"),
            List.of(OutputColumn.of("x", ElementType.UINT8)),
            record -> {
              if (record.index() == 130) {
                throw new IllegalStateException("a bug");
              }
            });
    for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
      try (Dataset dataset = dataset();
          Loader loader =
              builder(dataset, policy, 2).shuffle(Shuffle.NONE).transform(failing).build();
          BatchReader batches = loader.read(0)) {
        int failed = 0;
        while (batches.hasNext()) {
          try {
            check(batches.next());
          } catch (PenstockException e) {
            assertThat(e).hasMessageContaining("'failing' failed on record 130");
            assertThat(e.kind()).isEqualTo(ErrorKind.TRANSFORM_FAILED);
            failed++;
          }
        }
        assertThat(failed).as("%s", policy).isEqualTo(1);
      }
    }
  }

  @Test
  void batchesOfBadRecordsOnlyAreEmptyOrFail() {
    Set<Integer> all = Set.copyOf(IntStream.range(0, RECORDS).boxed().toList());
    AtomicInteger calls = new AtomicInteger();
    Transform nothing =
        Transform.ofRecords(
            "nothing",
            List.of("text"),
            List.of(OutputColumn.of("x", ElementType.UINT8)),
            record -> {
              calls.incrementAndGet();
              refuse(record, all);
            });
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(100)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .transform(nothing)
                .build()) {
      int batches = 0;
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isZero();
        batches++;
      }
      assertThat(batches).isEqualTo(10);
      assertThat(calls).hasValue(RECORDS);
      assertThat(loader.statistics().badRecords()).isEqualTo(RECORDS);
    }
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(100)
                .badRecordPolicy(BadRecordPolicy.REPLACE)
                .transform(nothing)
                .build()) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(loader.epoch(0).iterator()::next)
          .withMessageContaining("and none of the 999 records behind it is good");
    }
  }
}

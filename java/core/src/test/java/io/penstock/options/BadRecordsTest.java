package io.penstock.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.TestColumn.RecordKind;
import io.penstock.Way;
import io.penstock.error.BadRecord;
import io.penstock.error.PenstockException;
import io.penstock.job.LoaderState;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that are not what their checksums say: found in every way of reading, and dealt with. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class BadRecordsTest extends DamagedArray {
  BadRecordsTest(RecordKind kind) {
    super(kind);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whatIsGoodIsDelivered(Way way) {
    try (Dataset dataset = data.open();
        Loader loader = way.loader(dataset).batchSize(BATCH).verify(data.checksums).build()) {
      int seen = 0;
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          data.assertRecords(batch);
          seen += batch.size();
        }
      }
      assertThat(seen).isEqualTo(2 * RECORDS);
      assertThat(loader.badRecords()).isEmpty();
      assertThat(loader.statistics().badRecords()).isZero();
      assertThat(loader.statistics().time().check().toNanos()).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aDamagedRecordFailsItsBatchAndIsNamed(Way way) throws IOException {
    damage();
    Set<Long> named = new TreeSet<>();
    try (Dataset dataset = data.open();
        Loader loader =
            way.loader(dataset).batchSize(1).shuffle(Shuffle.NONE).verify(data.checksums).build()) {
      var batches = loader.epoch(0).iterator();
      for (int i = 0; i < RECORDS; i++) {
        if (!allDamaged().contains(i)) {
          data.assertRecords(batches.next());
          continue;
        }
        assertThatExceptionOfType(PenstockException.class)
            .isThrownBy(batches::next)
            .withMessageContaining("record " + i + " of column")
            .withMessageContaining("expected the checksum")
            .satisfies(e -> named.add(e.recordIndex().orElseThrow()));
      }
      assertThat(named).hasSize(allDamaged().size());
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void skippingDeliversAllOthersExactlyOnceAndInOrder(Way way) throws IOException {
    damage();
    FullShuffle order = new FullShuffle(RECORDS, 5);
    try (Dataset dataset = data.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(BATCH)
                .seed(5)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .build()) {
      for (int epoch = 0; epoch < 2; epoch++) {
        List<Long> delivered = new ArrayList<>();
        for (Batch batch : loader.epoch(epoch)) {
          data.assertRecords(batch);
          assertThat(batch.indices().byteSize()).isEqualTo(8L * batch.size());
          assertThat(batch.column("images").byteSize()).isEqualTo(imageBytes(batch));
          for (int i = 0; i < batch.size(); i++) {
            delivered.add(batch.index(i));
          }
        }
        int number = epoch;
        List<Long> expected =
            IntStream.range(0, RECORDS)
                .mapToObj(p -> order.index(number, p))
                .filter(index -> !allDamaged().contains(index.intValue()))
                .toList();
        assertThat(delivered).isEqualTo(expected);
      }
      assertThat(loader.statistics().badRecords()).isEqualTo(2L * allDamaged().size());
      assertThat(loader.statistics().records()).isEqualTo(2L * (RECORDS - allDamaged().size()));
      assertThat(loader.badRecords()).hasSize(allDamaged().size());
      for (BadRecord bad : loader.badRecords()) {
        assertThat(bad.column()).isEqualTo(bad.index() == DAMAGED_LABEL ? "labels" : "images");
        assertThat(bad.replacement()).isEmpty();
        assertThat(bad.epoch()).isZero();
        assertThat(bad.problem()).contains(".npy: record " + bad.index(), "expected the checksum");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void replacingTakesTheNextGoodRecord(Way way) throws IOException {
    damage();
    FullShuffle order = new FullShuffle(RECORDS, 5);
    try (Dataset dataset = data.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(BATCH)
                .seed(5)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.REPLACE)
                .build()) {
      int position = 0;
      for (Batch batch : loader.epoch(0)) {
        data.assertRecords(batch);
        for (int i = 0; i < batch.size(); i++) {
          long index = order.index(0, position + i);
          while (allDamaged().contains((int) index)) {
            index = (index + 1) % RECORDS;
          }
          assertThat(batch.index(i)).isEqualTo(index);
        }
        position += batch.size();
      }
      assertThat(position).isEqualTo(RECORDS);
      assertThat(loader.badRecords())
          .anySatisfy(
              bad -> {
                assertThat(bad.index()).isEqualTo(RECORDS - 1);
                assertThat(bad.replacement()).hasValue(1);
              })
          .hasSize(allDamaged().size());
    }
  }

  @Test
  void ranksAndResumedRunsGetTheSame() throws IOException {
    damage();
    try (Dataset dataset = data.open()) {
      List<Long> alone = deliver(dataset, 0, 1, null, Long.MAX_VALUE, new LoaderState[1]);
      List<Long> together = new ArrayList<>();
      for (int rank = 0; rank < 3; rank++) {
        together.addAll(deliver(dataset, rank, 3, null, Long.MAX_VALUE, new LoaderState[1]));
      }
      assertThat(together).hasSameElementsAs(alone).hasSameSizeAs(alone);
      LoaderState[] state = new LoaderState[1];
      List<Long> resumed = deliver(dataset, 0, 1, null, 6, state);
      resumed.addAll(deliver(dataset, 0, 1, state[0], Long.MAX_VALUE, state));
      assertThat(resumed).isEqualTo(alone);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aFileThatIsCutShortEndsTheEpochWhateverThePolicy(Way way) {
    try (Dataset dataset = data.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(BATCH)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .build()) {
      data.images.cutWithin(700);
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(
              () -> {
                for (Batch batch : loader.epoch(0)) {
                  data.assertRecords(batch);
                }
              })
          .withMessageContaining("images.npy");
    }
  }
}

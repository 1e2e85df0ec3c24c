package io.penstock.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Batch;
import io.penstock.CheckedData;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.Way;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.BadRecord;
import io.penstock.error.PenstockException;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that are not what their checksums say: found in every way of reading, and dealt with. */
@Timeout(120)
class BadRecordsTest {
  private static final int RECORDS = 1003;
  private static final int BATCH = 64;

  /** Neighbours, the first and the last, and one whose damage is in the second column. */
  private static final List<Integer> DAMAGED = List.of(0, 7, 500, 501, 502, 1002);

  private static final int DAMAGED_LABEL = 333;

  @TempDir Path directory;
  private CheckedData data;

  static List<Way> ways() {
    return Way.all().toList();
  }

  @BeforeEach
  void write() throws IOException {
    data = CheckedData.write(directory, RECORDS);
  }

  private void damage() throws IOException {
    for (int index : DAMAGED) {
      CheckedData.flipBit(data.images, index);
    }
    CheckedData.flipBit(data.labels, DAMAGED_LABEL);
  }

  private static Set<Integer> allDamaged() {
    Set<Integer> all = new TreeSet<>(DAMAGED);
    all.add(DAMAGED_LABEL);
    return all;
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
          assertThat(batch.column("images").byteSize()).isEqualTo(784L * batch.size());
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

  private List<Long> deliver(
      Dataset dataset, int rank, int worldSize, LoaderState from, long most, LoaderState[] state) {
    List<Long> indices = new ArrayList<>();
    try (Loader loader =
        dataset
            .loader()
            .batchSize(BATCH)
            .seed(3)
            .rank(rank, worldSize)
            .state(from)
            .verify(data.checksums)
            .badRecordPolicy(BadRecordPolicy.SKIP)
            .build()) {
      long count = 0;
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          indices.add(batch.index(i));
        }
        if (++count == most) {
          break;
        }
      }
      state[0] = loader.state();
    }
    return indices;
  }

  @Test
  void aBatchOfNothingButBadRecordsIsEmpty() throws IOException {
    for (int i = 0; i < 10; i++) {
      CheckedData.flipBit(data.images, i);
    }
    try (Dataset dataset = data.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(10)
                .shuffle(Shuffle.NONE)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .build()) {
      List<Integer> sizes = new ArrayList<>();
      for (Batch batch : loader.epoch(0)) {
        sizes.add(batch.size());
        assertThat(batch.column(0).byteSize()).isEqualTo(784L * batch.size());
      }
      assertThat(sizes).hasSize(101).startsWith(0, 10, 10).endsWith(10, 3);
    }
  }

  @Test
  void transformsKnowThePositionsOfWhatIsLeft() throws IOException {
    for (int i = 0; i < 10; i++) {
      CheckedData.flipBit(data.images, i);
    }
    CheckedData.flipBit(data.images, 15);
    try (Dataset dataset = data.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(10)
                .shuffle(Shuffle.NONE)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .transform(
                    "labels",
                    OutputColumn.of("position", ElementType.INT64),
                    record ->
                        record
                            .output(0)
                            .set(
                                ValueLayout.JAVA_LONG_UNALIGNED,
                                record.outputOffset(0),
                                record.position()))
                .build()) {
      List<Integer> sizes = new ArrayList<>();
      for (Batch batch : loader.epoch(0)) {
        sizes.add(batch.size());
        for (int i = 0; i < batch.size(); i++) {
          assertThat(batch.column("position").getAtIndex(ValueLayout.JAVA_LONG, i))
              .isEqualTo(batch.index(i));
        }
      }
      assertThat(sizes).hasSize(101).startsWith(0, 9, 10).endsWith(10, 3);
    }
  }

  @Test
  void paddingThatIsBadIsSkippedAsPadding() throws IOException {
    List<Long> all;
    try (Dataset dataset = data.open()) {
      all = padding(dataset.loader());
    }
    assertThat(all).hasSize(16 * BATCH - RECORDS);
    CheckedData.flipBit(data.images, all.remove(3).intValue());
    CheckedData.flipBit(data.labels, all.removeLast().intValue());
    try (Dataset dataset = data.open()) {
      assertThat(
              padding(
                  dataset.loader().verify(data.checksums).badRecordPolicy(BadRecordPolicy.SKIP)))
          .isEqualTo(all);
    }
  }

  private static List<Long> padding(LoaderBuilder builder) {
    List<Long> padding = new ArrayList<>();
    try (Loader loader = builder.batchSize(BATCH).remainder(Remainder.PAD).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          assertThat(batch.isPadding(i)).isEqualTo(i >= batch.unpaddedSize());
          if (batch.isPadding(i)) {
            padding.add(batch.index(i));
          }
        }
      }
    }
    return padding;
  }

  @Test
  void whereNothingIsGoodTheBatchFails() throws IOException {
    for (int i = 0; i < RECORDS; i++) {
      CheckedData.flipBit(data.images, i);
    }
    try (Dataset dataset = data.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(1)
                .shuffle(Shuffle.NONE)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.REPLACE)
                .build()) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> loader.epoch(0).iterator().next())
          .withMessageContaining("none of the 1000 records behind it is good")
          .satisfies(e -> assertThat(e.recordIndex()).hasValue(0));
    }
  }

  @Test
  void theListEndsWhileTheCountGoesOn() throws IOException {
    for (int i = 0; i < RECORDS; i++) {
      CheckedData.flipBit(data.images, i);
    }
    try (Dataset dataset = data.open();
        Loader loader =
            dataset.loader().verify(data.checksums).badRecordPolicy(BadRecordPolicy.SKIP).build()) {
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isZero();
      }
      assertThat(loader.badRecords()).hasSize(1000);
      assertThat(loader.statistics().badRecords()).isEqualTo(RECORDS);
    }
  }

  @Test
  void aReplayIsNotChecked() {
    try (Dataset dataset = data.open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().replay(true).verify(data.checksums).build())
          .withMessageContaining("replay must be without verify");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> dataset.loader().replay(true).badRecordPolicy(BadRecordPolicy.SKIP).build());
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

  @Test
  void flightRecorderIsTold() throws IOException {
    damage();
    Path file = directory.resolve("bad.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.penstock.BadRecord");
      recording.start();
      try (Dataset dataset = data.open();
          Loader loader =
              dataset
                  .loader()
                  .verify(data.checksums)
                  .badRecordPolicy(BadRecordPolicy.REPLACE)
                  .build()) {
        for (Batch batch : loader.epoch(0)) {
          assertThat(batch.size()).isPositive();
        }
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("io.penstock.BadRecord"))
            .toList();
    assertThat(events).hasSize(allDamaged().size());
    assertThat(events)
        .anySatisfy(
            event -> {
              assertThat(event.getLong("index")).isEqualTo(DAMAGED_LABEL);
              assertThat(event.getLong("replacement")).isEqualTo(DAMAGED_LABEL + 1);
              assertThat(event.getString("column")).isEqualTo("labels");
              assertThat(event.getString("problem")).contains("labels.npy");
            });
  }
}

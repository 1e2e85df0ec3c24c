package io.penstock.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Batch;
import io.penstock.CheckedData;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.PositionColumn;
import io.penstock.TestColumn.RecordKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Batches in which few good records or none are left, padding, replays and what is told of bad
 * records.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource
class BadRecordsEdgesTest extends DamagedArray {
  BadRecordsEdgesTest(RecordKind kind) {
    super(kind);
  }

  @Test
  void aBatchOfNothingButBadRecordsIsEmpty() throws IOException {
    for (int i = 0; i < 10; i++) {
      damage(i);
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
        assertThat(batch.column(0).byteSize()).isEqualTo(imageBytes(batch));
      }
      assertThat(sizes).hasSize(101).startsWith(0, 10, 10).endsWith(10, 3);
    }
  }

  @Test
  void transformsKnowThePositionsOfWhatIsLeft() throws IOException {
    for (int i = 0; i < 10; i++) {
      damage(i);
    }
    damage(15);
    try (Dataset dataset = data.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(10)
                .shuffle(Shuffle.NONE)
                .verify(data.checksums)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .transform(PositionColumn.of("labels"))
                .build()) {
      List<Integer> sizes = new ArrayList<>();
      for (Batch batch : loader.epoch(0)) {
        sizes.add(batch.size());
        for (int i = 0; i < batch.size(); i++) {
          assertThat(PositionColumn.of(batch, i)).isEqualTo(batch.index(i));
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
    damage(all.remove(3));
    CheckedData.flipBit(data.labels, all.removeLast().intValue());
    try (Dataset dataset = data.open()) {
      assertThat(
              padding(
                  dataset.loader().verify(data.checksums).badRecordPolicy(BadRecordPolicy.SKIP)))
          .isEqualTo(all);
    }
  }

  @Test
  void whereNothingIsGoodTheBatchFails() throws IOException {
    for (int i = 0; i < RECORDS; i++) {
      damage(i);
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
      damage(i);
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

package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.TestColumn.RecordKind;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** As if in memory: the batches of an epoch with the records of one, and no reading. */
@Timeout(120)
@NamesNativeWays
@ParameterizedClass
@EnumSource
class ReplayTest {
  private static final int RECORDS = 5003;
  private static final int RECORD_BYTES = 785;
  private static final int BATCH = 50;

  private final RecordKind kind;

  @TempDir Path directory;

  ReplayTest(RecordKind kind) {
    this.kind = kind;
  }

  private TestColumn column() {
    return TestColumn.write(directory, "x", RECORDS, RECORD_BYTES, 1, kind);
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void epochsHaveTheirBatchesAndEachOfThemTheRecordsOfTheFirst(Way way) {
    TestColumn column = column();
    try (Dataset dataset = column.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(BATCH)
                .seed(4)
                .memoryBytes(16 << 20)
                .replay(true)
                .build()) {
      int threads = way.makers(loader);
      long batches = 0;
      for (Epoch epoch : loader.epochsFrom(2).limit(3)) {
        long position = 0;
        for (Batch batch : epoch) {
          assertThat(batch.epoch()).isEqualTo(epoch.number());
          assertThat(batch.position()).isEqualTo(position);
          assertThat(batch.size()).isEqualTo((int) Math.min(BATCH, RECORDS - position));
          // The first batch of the thread that made this one.
          long first = batches++ % threads * BATCH;
          for (int i = 0; i < batch.size(); i++) {
            long index = loader.sampler().index(2, first + i);
            assertThat(batch.index(i)).isEqualTo(index);
            assertThat(column.record(batch, i)).isEqualTo(column.record(index));
          }
          position += batch.size();
        }
        assertThat(position).isEqualTo(RECORDS);
      }
      assertThat(loader.statistics().records()).isEqualTo(3 * RECORDS);
      assertThat(loader.reason()).endsWith("replays one batch, and reads no other");
    }
  }

  @Test
  void aBatchIsReadOnceForEachSlotAndNothingElse() {
    TestColumn column = column();
    try (Dataset dataset = column.open();
        Loader loader = loader(dataset)) {
      for (int epoch = 0; epoch < 10; epoch++) {
        drain(loader.epoch(epoch));
      }
      long slots = loader.readahead().prefetchBatches() + 2L;
      // A slot that was first used for the short batch at the end of an epoch is read into again.
      int mostRecords = BATCH + RECORDS % BATCH;
      int mostBytes = column.isFixed() ? RECORD_BYTES : 2 * RECORD_BYTES;

      assertThat(loader.statistics().batches()).isEqualTo(1010);
      assertThat(loader.statistics().io().bytesWanted())
          .isPositive()
          .isLessThanOrEqualTo(slots * mostRecords * mostBytes);
    }
  }

  @Test
  void aLargeBatchIsReplayedToo() {
    TestColumn column = TestColumn.write(directory, "x", 150_000, 1, 1, kind);
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().batchSize(70_000).replay(true).build()) {
      long records = 0;
      for (Batch batch : loader.epoch(3)) {
        for (int i = 0; i < batch.size(); i += 997) {
          int index = (int) loader.sampler().index(3, i);
          assertThat(batch.index(i)).isEqualTo(index);
          assertThat(column.record(batch, i)).isEqualTo(column.record(index));
        }
        records += batch.size();
      }
      assertThat(records).isEqualTo(150_000);
    }
  }

  @Test
  void whatAConsumerWroteComesRoundAgain() {
    TestColumn column = column();
    try (Dataset dataset = column.open();
        Loader loader = loader(dataset)) {
      List<Long> seen = new ArrayList<>();
      for (Batch batch : loader.epoch(0)) {
        long value = batch.column(0).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        seen.add(value);
        batch.column(0).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value + 1);
      }
      assertThat(seen.getLast()).isGreaterThan(seen.getFirst());
    }
  }

  @Test
  void aBatchThatCannotBeReadFailsEachTime() throws IOException {
    TestColumn column = column();
    try (Dataset dataset = column.open();
        Loader loader = loader(dataset)) {
      column.cutWithin(0);
      assertThatExceptionOfType(PenstockException.class).isThrownBy(() -> drain(loader.epoch(0)));
      assertThatExceptionOfType(PenstockException.class).isThrownBy(() -> drain(loader.epoch(1)));
    }
  }

  private static Loader loader(Dataset dataset) {
    return dataset
        .loader()
        .batchSize(BATCH)
        .readahead(Readahead.parse("backend=pread,io=buffered"))
        .memoryBytes(16 << 20)
        .replay(true)
        .build();
  }

  private static void drain(Epoch epoch) {
    for (Batch batch : epoch) {
      assertThat(batch.size()).isPositive();
    }
  }
}

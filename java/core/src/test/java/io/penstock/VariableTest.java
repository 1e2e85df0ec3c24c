package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.Column;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of different sizes, compared with plain Java. */
@Tag("platform")
@NamesNativeWays
class VariableTest extends VariableData {
  @ParameterizedTest
  @MethodSource("ways")
  void shuffledRecordsAreThoseThatWereWritten(Way way) {
    try (Dataset dataset = dataset();
        Loader loader = way.loader(dataset).batchSize(64).seed(5).memoryBytes(32 << 20).build();
        Loader fixed =
            Dataset.open(labels).loader().batchSize(64).seed(5).memoryBytes(64 << 20).build()) {
      for (long epoch = 0; epoch < 3; epoch++) {
        assertThat(indices(loader, epoch, this)).isEqualTo(indices(fixed, epoch, null));
      }
      assertThat(loader.backend()).isEqualTo(Readahead.parse(way.flags()).backend());
      assertThat(loader.reason()).contains("batches of at most");
      LoaderStatistics statistics = loader.statistics();
      assertThat(statistics.records()).isEqualTo(3 * RECORDS);
      assertThat(statistics.bytes()).isEqualTo(3L * (VALUE_BYTES * starts[RECORDS] + 2 * RECORDS));
      fixed.dataset().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=uring", "backend=pread"})
  void recordsThatFollowEachOtherAreReadTogether(String readahead) {
    try (Dataset dataset = dataset();
        Loader loader =
            new Way(readahead, null).loader(dataset).batchSize(200).shuffle(Shuffle.NONE).build()) {
      assertThat(indices(loader, 0, this)).hasSize(RECORDS);
      assertThat(loader.statistics().io().requests()).isLessThan(RECORDS / 2);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBatchBeyondTheLimitComesInPieces(Way way) {
    int limit = VALUE_BYTES * 200;
    try (Dataset dataset = dataset();
        Loader whole = dataset.loader().batchSize(64).seed(5).build();
        Loader pieces =
            way.loader(dataset)
                .batchSize(64)
                .seed(5)
                .batchBytes(limit)
                .memoryBytes(32 << 20)
                .build()) {
      List<Long> indices = new ArrayList<>();
      int count = 0;
      for (Batch batch : pieces.epoch(1)) {
        check(batch);
        assertThat(batch.column("text").byteSize()).isLessThanOrEqualTo(limit);
        assertThat(batch.position()).isEqualTo(indices.size());
        for (int i = 0; i < batch.size(); i++) {
          indices.add(batch.index(i));
        }
        count++;
      }
      assertThat(indices).isEqualTo(indices(whole, 1, this));
      assertThat(count).isGreaterThan(5 * RECORDS / 64);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aJobGoesOnFromEveryPiece(Way way) {
    try (Dataset dataset = dataset();
        Loader loader =
            way.loader(dataset)
                .batchSize(300)
                .seed(5)
                .batchBytes(4000)
                .memoryBytes(32 << 20)
                .build()) {
      final List<Long> all = indices(loader, 1, null);
      int delivered = 0;
      for (Batch batch : loader.epoch(1)) {
        delivered += batch.size();
        LoaderState state = loader.state();
        assertThat(state.position()).isEqualTo(delivered == RECORDS ? 0 : delivered);
        if (batch.position() % 7 != 0 || delivered == RECORDS) {
          continue;
        }
        try (Loader rest =
            dataset.loader().batchSize(50).seed(5).memoryBytes(16 << 20).state(state).build()) {
          assertThat(indices(rest, 1, this)).isEqualTo(all.subList(delivered, RECORDS));
        }
      }
      assertThat(delivered).isEqualTo(RECORDS);
    }
  }

  @Test
  void withSeveralRanksAWholeBatchCounts() {
    try (Dataset dataset = dataset()) {
      Map<Long, Integer> seen = new TreeMap<>();
      LoaderState state = null;
      for (int rank = 0; rank < 3; rank++) {
        try (Loader loader =
            dataset.loader().batchSize(100).rank(rank, 3).batchBytes(2000).build()) {
          long last = -1;
          int batches = 0;
          for (Batch batch : loader.epoch(0)) {
            batches += last == batch.position() / 100 ? 0 : 1;
            last = batch.position() / 100;
            if (batches == 3) {
              break;
            }
            indices(batch).forEach(index -> seen.merge(index, 1, Integer::sum));
            state = loader.state();
          }
        }
      }
      // Of the second batch the last piece was delivered: all ranks together have had six.
      assertThat(state.position()).isEqualTo(600);
      try (Loader rest = dataset.loader().batchSize(100).state(state).build()) {
        indices(rest, 0, this).forEach(index -> seen.merge(index, 1, Integer::sum));
      }
      assertThat(seen).hasSize(RECORDS).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }
  }

  private static List<Long> indices(Batch batch) {
    List<Long> indices = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      indices.add(batch.index(i));
    }
    return indices;
  }

  @ParameterizedTest
  @ValueSource(strings = {"KEEP", "DROP", "PAD"})
  void theLastBatchIsCutLikeAllOthers(String remainder) {
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(300)
                .remainder(Remainder.valueOf(remainder))
                .batchBytes(2000)
                .build()) {
      int real = 0;
      int padding = 0;
      for (Batch batch : loader.epoch(0)) {
        check(batch);
        real += batch.unpaddedSize();
        padding += batch.size() - batch.unpaddedSize();
      }
      assertThat(real).isEqualTo(remainder.equals("DROP") ? 1800 : 2000);
      assertThat(padding).isEqualTo(remainder.equals("PAD") ? 100 : 0);
    }
  }

  @Test
  void anEpochThatIsLeftAndBegunAgainIsWhole() {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(300).batchBytes(2000).build()) {
      for (int i = 1; i < 5; i++) {
        int left = i;
        for (Batch batch : loader.epoch(0)) {
          check(batch);
          if (--left == 0) {
            break;
          }
        }
        assertThat(indices(loader, 0, this)).hasSize(RECORDS).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void closingWithReadsUnderWayIsSafe() {
    for (int i = 0; i < 20; i++) {
      try (Dataset dataset = dataset()) {
        Loader loader = dataset.loader().batchSize(16).seed(i).build();
        Batch batch = loader.epoch(0).iterator().next();
        loader.close();
        loader.close();
        assertThatThrownBy(() -> batch.column("text")).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void oneRecordIsACopyOfItsValues() {
    try (Dataset dataset = dataset()) {
      Column column = dataset.column("text");
      assertThat(column.isVariable()).isTrue();
      assertThat(dataset.column("label").isVariable()).isFalse();
      for (int i = 0; i < 50; i++) {
        MemorySegment record = dataset.record("text", i);
        assertThat(record.byteSize()).isEqualTo(VALUE_BYTES * (starts[i + 1] - starts[i]));
        for (int j = 0; j < record.byteSize() / VALUE_BYTES; j++) {
          assertThat(record.getAtIndex(ValueLayout.JAVA_INT, j)).isEqualTo((int) starts[i] + j);
        }
      }
      assertThatThrownBy(() -> dataset.integers("text"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

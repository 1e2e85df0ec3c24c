package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.BadRecord;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.BadRecordPolicy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records of different sizes that cannot be where they should, or be read at all. */
class VariableFaultsTest extends VariableData {
  @ParameterizedTest
  @MethodSource("ways")
  void aRecordBeyondTheLimitFailsAloneAndSaysWhatToDo(Way way) {
    int large = 0;
    for (int i = 0; i < RECORDS; i++) {
      large += starts[i + 1] - starts[i] > 80 ? 1 : 0;
    }
    try (Dataset dataset = dataset();
        Loader loader =
            way.loader(dataset)
                .batchSize(64)
                .batchBytes(80 * VALUE_BYTES)
                .memoryBytes(32 << 20)
                .build()) {
      int failed = 0;
      int delivered = 0;
      var batches = loader.epoch(0).iterator();
      while (batches.hasNext()) {
        try {
          Batch batch = batches.next();
          check(batch);
          delivered += batch.size();
        } catch (PenstockException e) {
          assertThat(e).hasMessageContaining("at most 320 bytes of values in a batch (batchBytes)");
          assertThat(
                  starts[(int) e.recordIndex().orElseThrow() + 1]
                      - starts[(int) e.recordIndex().orElseThrow()])
              .isGreaterThan(80);
          failed++;
        }
      }
      assertThat(failed).isEqualTo(large).isPositive();
      assertThat(delivered).isEqualTo(RECORDS - large);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anOffsetThatCannotBeFailsItsRecordsOnly(Way way) throws IOException {
    final long right = starts[1000];
    for (long wrong : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1_000_000, 0}) {
      starts[1000] = wrong;
      offsets = offsets(starts);
      try (Dataset dataset = dataset();
          Loader loader = way.loader(dataset).batchSize(64).seed(9).memoryBytes(32 << 20).build()) {
        List<Long> failed = new ArrayList<>();
        int delivered = 0;
        var batches = loader.epoch(0).iterator();
        while (batches.hasNext()) {
          try {
            delivered += batches.next().size();
          } catch (PenstockException e) {
            assertThat(e).hasMessageContaining("offsets").hasMessageContaining("column 'text'");
            failed.add(e.recordIndex().orElseThrow());
          }
        }
        assertThat(delivered).isEqualTo(RECORDS - failed.size());
        assertThat(failed).isNotEmpty().isSubsetOf(999L, 1000L);
        assertThatThrownBy(() -> dataset.record("text", failed.getFirst()))
            .isInstanceOf(PenstockException.class);
      }
    }
    starts[1000] = right;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void damagedRecordsAreSkippedOrReplaced(Way way) throws IOException {
    final long right = starts[1000];
    starts[1000] = -1;
    offsets = offsets(starts);
    starts[1000] = right;
    for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
      try (Dataset dataset = dataset();
          Loader loader =
              way.loader(dataset)
                  .batchSize(64)
                  .badRecordPolicy(policy)
                  .memoryBytes(32 << 20)
                  .build()) {
        List<Long> indices = indices(loader, 0, this);
        assertThat(indices).doesNotContain(999L, 1000L);
        assertThat(indices).hasSize(policy == BadRecordPolicy.SKIP ? RECORDS - 2 : RECORDS);
        assertThat(loader.badRecords())
            .extracting(BadRecord::index)
            .containsExactlyInAnyOrder(999L, 1000L);
      }
    }
  }

  @Test
  void valuesThatWereCutShortAreAnError() throws IOException {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(64).build()) {
      try (FileChannel file =
          FileChannel.open(directory.resolve("values"), StandardOpenOption.WRITE)) {
        file.truncate(1000);
      }
      assertThatThrownBy(() -> indices(loader, 0, this))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("values");
    }
  }

  @Test
  void optionsThatMeanNothingHereAreRefused() {
    try (Dataset dataset = dataset()) {
      assertThatThrownBy(() -> dataset.loader().memoryBytes(1 << 20).batchBytes(1 << 20).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("batchBytes must be at most a third of memoryBytes");
      assertThatThrownBy(() -> dataset.loader().batchBytes(0))
          .isInstanceOf(IllegalArgumentException.class);
      try (Loader loader = dataset.loader().build()) {
        Batch batch = loader.epoch(0).iterator().next();
        assertThatThrownBy(() -> batch.offsets("label"))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.tensor("text"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("records of different sizes: use column('text') with offsets");
        assertThat(batch.tensor("label").shape()).isEqualTo(Shape.of(batch.size()));
      }
    }
  }

  @Test
  void offsetsThatAreNoListOfIntegersAreRefused() {
    Source floats =
        Source.of(directory.resolve("offsets")).raw(RawLayout.of(ElementType.named("<f8")));
    assertThatThrownBy(() -> Dataset.builder().variable("text", values, floats).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("a list of integers");
  }
}

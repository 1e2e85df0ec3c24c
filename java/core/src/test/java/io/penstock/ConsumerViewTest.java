package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Tensor;
import io.penstock.internal.report.Warnings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a consumer is told beside the data: descriptions, progress, and what it forgot to close. */
@Timeout(60)
class ConsumerViewTest {
  @TempDir Path directory;

  private Dataset dataset() {
    return Dataset.open(TestArray.random(directory.resolve("x.npy"), 1000, 24, 1).path());
  }

  @Test
  void aColumnIsDescribedInTheWordsOfDlpack() {
    for (String[] expected :
        new String[][] {
          {"|u1", "[10, 2, 3]", "[6, 3, 1]", "1", "8"},
          {"<f4", "[10, 2, 3]", "[6, 3, 1]", "2", "32"},
          {">i2", "[10, 2, 3]", "[6, 3, 1]", "0", "16"},
          {"<c16", "[10, 2, 3]", "[6, 3, 1]", "5", "128"},
          {"|b1", "[10, 2, 3]", "[6, 3, 1]", "6", "8"},
          {"<M8[s]", "[10, 2, 3]", "[6, 3, 1]", "0", "64"},
          {"|S5", "[10, 2, 3, 5]", "[30, 15, 5, 1]", "1", "8"},
          {"<U2", "[10, 2, 3, 2]", "[12, 6, 2, 1]", "1", "32"},
        }) {
      OutputColumn column = OutputColumn.of("y", ElementType.parse(expected[0]), 2, 3);
      try (Dataset dataset = dataset();
          Loader loader =
              dataset.loader().batchSize(10).transform("x", column, record -> {}).build()) {
        Batch batch = loader.epoch(0).iterator().next();
        Tensor tensor = batch.tensor("y");
        assertThat(tensor.address()).isEqualTo(batch.column("y").address());
        assertThat(tensor.data().byteSize()).isEqualTo(10 * column.recordBytes());
        assertThat(tensor.shape().toList()).hasToString(expected[1]);
        assertThat(Arrays.toString(tensor.strides())).isEqualTo(expected[2]);
        assertThat(tensor.typeCode()).isEqualTo(Integer.parseInt(expected[3]));
        assertThat(tensor.bits()).isEqualTo(Integer.parseInt(expected[4]));
        assertThat(tensor.lanes()).isEqualTo(1);
        assertThat(tensor.isNativeOrder()).isEqualTo(!expected[0].startsWith(">"));
        assertThat(tensor.order().equals(ByteOrder.BIG_ENDIAN))
            .isEqualTo(expected[0].startsWith(">"));
      }
      directory.resolve("x.npy").toFile().delete();
    }
  }

  @Test
  void progressTellsOfEachEpochAndOfAll() {
    List<String> lines = new ArrayList<>();
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(10).build()) {
      loader.progress(Duration.ofMillis(1), lines::add);
      for (Epoch epoch : loader.epochsFrom(3).limit(2)) {
        for (Batch batch : epoch) {
          spin(batch);
        }
      }
      int count = lines.size();
      loader.endProgress();
      for (Batch batch : loader.epoch(0)) {
        spin(batch);
      }
      assertThat(lines).hasSize(count);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loader.progress(Duration.ZERO, lines::add))
          .withMessage("interval must be at least 1 ms, was PT0S");
    }
    assertThat(lines).isNotEmpty();
    assertThat(lines)
        .allMatch(
            line ->
                line.matches(
                    "epoch [34]: [0-9.]+%, [0-9,]+ records/s, [0-9.,]+ MB/s, waited [0-9.]+%,"
                        + " [0-9:]+ left of the epoch(, [0-9:]+ of all)?"));
    assertThat(lines).allMatch(line -> line.contains(" of all") == line.startsWith("epoch 3"));
  }

  /** A closed pipe, or a disk that is full: the batch was handed out, and must not get lost. */
  @Test
  void aProgressSinkThatThrowsIsReportedOnceAndChangesNothing() {
    List<String> warnings = new ArrayList<>();
    Warnings.observer = (message, origin) -> warnings.add(message + ": " + origin.getMessage());
    List<String> lines = new ArrayList<>();
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(10).build()) {
      loader.progress(
          Duration.ofMillis(1),
          line -> {
            lines.add(line);
            if (lines.size() % 2 == 0) {
              throw new UncheckedIOException(new IOException("Broken pipe"));
            }
            if (lines.size() % 3 == 0) {
              throw new StackOverflowError();
            }
          });
      for (Epoch epoch : loader.epochs(4)) {
        long position = 0;
        for (Batch batch : epoch) {
          assertThat(batch.position()).isEqualTo(position);
          position += batch.size();
          spin(batch);
        }
        assertThat(position).isEqualTo(1000);
      }
      assertThat(loader.state().epoch()).isEqualTo(4);
    } finally {
      Warnings.observer = (message, origin) -> {};
    }
    assertThat(lines).hasSizeGreaterThan(3);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst()).contains("progress").contains("Broken pipe");
  }

  /** A trainer that takes a while. */
  private static void spin(Batch batch) {
    long until = System.nanoTime() + 100_000;
    while (System.nanoTime() < until) {
      batch.column(0).fill((byte) 1);
    }
  }

  @Test
  void whatIsForgottenIsReportedWithWhereItWasTaken() {
    System.setProperty("penstock.trackBatches", "true");
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(10).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Batch closed = batches.next().retain();
      batches.next().retain();
      closed.close();
      IllegalStateException failure = loader.leases().withTakers(new IllegalStateException("held"));
      assertThat(failure.getSuppressed()).hasSize(1);
      assertThat(failure.getSuppressed()[0]).hasMessageContaining("epoch=0, position=10, size=10");
      assertThat(failure.getSuppressed()[0].getStackTrace())
          .anyMatch(
              frame ->
                  frame.getMethodName().equals("whatIsForgottenIsReportedWithWhereItWasTaken"));
    } finally {
      System.clearProperty("penstock.trackBatches");
    }
  }
}

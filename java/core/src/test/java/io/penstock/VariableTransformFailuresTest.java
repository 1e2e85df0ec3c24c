package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.options.Shuffle;
import io.penstock.transform.BatchTransform;
import io.penstock.transform.Layout;
import io.penstock.transform.RecordTransform;
import io.penstock.transform.Transform;
import io.penstock.transform.Transforms;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What variable columns of transforms must be told, and what is said if they are not. */
class VariableTransformFailuresTest extends TransformedSequences {
  private static final OutputColumn TEN =
      OutputColumn.variable("ten", ElementType.INT32, Shape.SCALAR, 10);

  private static final OutputColumn WITHIN =
      OutputColumn.variableWithin("within", ElementType.INT32, Shape.SCALAR, "text");

  /** Runs a transform that fails for one record; returns its words. */
  private String failure(Transform transform) {
    try (Dataset dataset = dataset();
        Loader loader =
            dataset.loader().batchSize(50).shuffle(Shuffle.NONE).transform(transform).build();
        BatchReader batches = loader.read(0)) {
      String message = null;
      int good = 0;
      while (batches.hasNext()) {
        try {
          good += batches.next().size();
        } catch (PenstockException e) {
          assertThat(message).isNull();
          message = e.getMessage();
        }
      }
      assertThat(good).isEqualTo(RECORDS - 50);
      return message;
    }
  }

  private String failureOfRecord(OutputColumn output, long right, RecordTransform wrong) {
    return failure(
        Transform.ofRecords(
            "t",
            List.of("text"),
            List.of(output),
            record -> {
              if (record.index() == 123) {
                wrong.apply(record);
              } else {
                record.setOutputLength(0, Math.min(right, record.inputLength(0)));
              }
            }));
  }

  private String failureOfBatch(OutputColumn output, BatchTransform wrong) {
    return failure(
        Transform.ofBatches(
            "t",
            List.of("text"),
            List.of(output),
            (batch, from, to) -> {
              for (int i = from; i < to; i++) {
                if (batch.index(i) == 123) {
                  wrong.apply(batch, i, to);
                } else {
                  batch.setOutputLength(0, i, 0);
                }
              }
            }));
  }

  @Test
  void aRecordThatHasTooManyValuesOrNoNumberOfThemIsNamed() {
    assertThat(failureOfRecord(TEN, 10, record -> {}))
        .contains("transform 't' failed on record 123 (epoch 0, position 123)")
        .contains("column 'ten'")
        .contains("setOutputLength was not called");
    assertThat(failureOfRecord(TEN, 10, record -> record.setOutputLength(0, 11)))
        .contains("record 123")
        .contains("column 'ten': expected 0 to 10 values for this record, found 11");
    assertThat(failureOfRecord(TEN, 10, record -> record.setOutputLength(0, -1)))
        .contains("expected 0 to 10 values for this record, found -1");
    int length = texts[123].length;
    assertThat(failureOfRecord(WITHIN, 90, record -> record.setOutputLength(0, length + 1)))
        .contains("column 'within': expected 0 to " + length + " values for this record");
    assertThat(failureOfRecord(TEN, 10, record -> record.output(0).asSlice(0, 44)))
        .contains("IndexOutOfBoundsException");
  }

  @Test
  void aBatchTransformIsToldTheSame() {
    assertThat(failureOfBatch(TEN, (batch, i, to) -> {}))
        .contains("transform 't' failed on records at positions")
        .contains("column 'ten'")
        .contains("setOutputLength was not called");
    assertThat(failureOfBatch(TEN, (batch, i, to) -> batch.setOutputLength(0, i, 11)))
        .contains("column 'ten': expected 0 to 10 values for this record, found 11");
    assertThat(failureOfBatch(TEN, (batch, i, to) -> batch.setOutputLength(0, to, 1)))
        .contains("expected a record of this call");
    assertThat(failureOfBatch(TEN, (batch, i, to) -> batch.output(0)))
        .contains("column 'ten'")
        .contains("outputRecord");
  }

  @Test
  void columnsOfOneSizeHaveNeitherLengthsNorOffsets() {
    OutputColumn fixed = OutputColumn.of("fixed", ElementType.INT32);
    Transform lengths =
        Transform.ofRecords(
            "t",
            List.of("label"),
            List.of(fixed),
            record -> {
              assertThat(record.inputLength(0)).isOne();
              if (record.index() == 123) {
                record.setOutputLength(0, 1);
              }
            });
    assertThat(failure(lengths))
        .contains(
            "column 'fixed': expected a variable column, found that all records have 4 bytes");
    Transform offsets =
        Transform.ofBatches(
            "t",
            List.of("label"),
            List.of(fixed),
            (batch, from, to) -> {
              for (int i = from; i < to; i++) {
                if (batch.index(i) == 123) {
                  batch.inputOffsets(0);
                }
              }
            });
    assertThat(failure(offsets)).contains("column 'label': expected a variable column");
  }

  private String refused(Transform transform) {
    try (Dataset dataset = dataset()) {
      LoaderBuilder builder = dataset.loader().transform(transform);
      return assertThatIllegalArgumentException().isThrownBy(builder::build).actual().getMessage();
    }
  }

  private String refused(OutputColumn output) {
    return refused(
        Transform.ofRecords("t", List.of("text", "label"), List.of(output), record -> {}));
  }

  @Test
  void aVariableOutputThatDoesNotSayItsMostValuesIsRefused() {
    try (Dataset dataset = dataset()) {
      assertThat(refused(OutputColumn.of(dataset.column("text"))))
          .isEqualTo(
              "transform 't': output 'text' must say how many values a record has at most: make it"
                  + " with OutputColumn.variable or variableWithin");
    }
    for (String other : List.of("label", "none")) {
      assertThat(refused(OutputColumn.variableWithin("y", ElementType.INT8, Shape.SCALAR, other)))
          .startsWith("transform 't': output 'y' must have at most as many values as a variable")
          .contains("was within '" + other + "'");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OutputColumn.variable("y", ElementType.INT8, Shape.SCALAR, 0))
        .withMessage("mostValues of column 'y' must be at least 1, was 0");
    assertThat(refused(OutputColumn.variable("y", ElementType.INT8, Shape.SCALAR, Long.MAX_VALUE)))
        .contains("transformed columns must take at most")
        .contains("OutputColumn[y, ");
  }

  @Test
  void readyMadeTransformsThatNeedOneSizeSayWhichColumnHasNot() {
    for (Transform transform :
        List.of(
            Transforms.oneHot("text", 10),
            Transforms.randomCrop("text", Layout.HWC, 1, 1),
            Transforms.mixup(1, "text"))) {
      assertThat(refused(transform))
          .startsWith(
              "transform '" + transform.name() + "': column 'text' must have records of one");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 16, 256})
  void memoryOfVariableOutputsIsWithinTheBudgetOrTheLeastIsSaid(long megabytes) {
    OutputColumn large = OutputColumn.variable("large", ElementType.INT32, Shape.SCALAR, 50_000);
    Transform transform =
        Transform.ofRecords(
            "large", List.of("text"), List.of(large), record -> record.setOutputLength(0, 50_000));
    try (Dataset dataset = dataset()) {
      LoaderBuilder builder =
          dataset.loader().batchSize(50).memoryBytes(megabytes << 20).transform(transform);
      if (megabytes < 20) {
        assertThatIllegalArgumentException()
            .isThrownBy(builder::build)
            .withMessageMatching(
                "memoryBytes must be more than 2\\d{7} for 2 transformed batches of 50 records of"
                    + " \\d+ bytes \\(with room for 2500000 values of 'large'\\).*");
        return;
      }
      try (Loader loader = builder.build()) {
        assertThat(loader.statistics().memoryBytes()).isLessThanOrEqualTo(megabytes << 20);
        for (Batch batch : loader.epoch(0)) {
          assertThat(batch.column("large").byteSize()).isEqualTo(200_000L * batch.size());
        }
      }
    }
  }
}

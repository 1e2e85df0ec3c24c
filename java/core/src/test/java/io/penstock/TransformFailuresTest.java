package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.TestColumn.RecordKind;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.transform.Transform;
import io.penstock.transform.Transforms;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Transforms that throw or do not fit fail their batch or the loader's build, and nothing else. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class TransformFailuresTest {
  private final RecordKind kind;

  @TempDir Path directory;

  TransformFailuresTest(RecordKind kind) {
    this.kind = kind;
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  private TestColumn column(int count, int bytes) {
    return TestColumn.write(directory, "x", count, bytes, 7, kind);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aTransformThatThrowsFailsItsBatchAndNamesTheRecord(Way way) {
    TestColumn column = column(300, 10);
    try (Dataset dataset = column.open();
        Loader loader =
            way.loader(dataset)
                .batchSize(20)
                .transform(
                    "x",
                    OutputColumn.of("y", ElementType.UINT8),
                    record -> {
                      if (record.index() == 123) {
                        throw new java.io.IOException("no luck");
                      }
                    })
                .build()) {
      int failed = 0;
      int good = 0;
      for (int epoch = 0; epoch < 2; epoch++) {
        Iterator<Batch> batches = loader.epoch(epoch).iterator();
        while (batches.hasNext()) {
          try {
            Batch batch = batches.next();
            good += batch.size();
            for (int i = 0; i < batch.size(); i++) {
              assertThat(batch.index(i)).isNotEqualTo(123);
            }
          } catch (PenstockException e) {
            failed++;
            assertThat(e.recordIndex()).hasValue(123);
            assertThat(e).hasMessageContaining("'x' failed on record 123 (epoch " + epoch);
            assertThat(e.getCause()).hasRootCauseMessage("no luck");
          }
        }
      }
      assertThat(failed).isEqualTo(2);
      assertThat(good).isEqualTo(2 * 280);
    }
  }

  @Test
  void anErrorInATransformOfBatchesFailsTheBatchOnly() {
    TestColumn column = column(300, 10);
    AtomicInteger calls = new AtomicInteger();
    Transform failing =
        Transform.ofBatches(
            "failing",
            List.of("x"),
            List.of(OutputColumn.of("y", ElementType.UINT8)),
            (batch, from, to) -> {
              if (batch.position(from) == 100) {
                calls.incrementAndGet();
                throw new StackOverflowError("too deep");
              }
            });
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().batchSize(100).transform(failing).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      assertThat(batches.next().position()).isZero();
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(batches::next)
          .withMessageContaining("'failing' failed on records at positions 100 to 199 of epoch 0")
          .withRootCauseInstanceOf(StackOverflowError.class);
      assertThat(batches.next().position()).isEqualTo(200);
      assertThat(batches.hasNext()).isFalse();
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWhenTheLoaderIsBuilt() {
    TestColumn column = column(30, 10);
    OutputColumn y = OutputColumn.of("y", ElementType.UINT8);
    try (Dataset dataset = column.open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().transform("z", y, record -> {}).build())
          .withMessage("transform 'z' needs column 'z', there are [x]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().transform(Transforms.drop("x")).build())
          .withMessage("transforms must leave a column to deliver");
      Transform same = Transform.ofRecords("same", List.of("x"), List.of(y, y), record -> {});
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().transform(same).build())
          .withMessage("outputs of transform 'same' must have different names, were [y, y]");
      OutputColumn large = OutputColumn.of("y", ElementType.FLOAT64, 1 << 20);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  dataset
                      .loader()
                      .batchSize(30)
                      .memoryBytes(100 << 20)
                      .transform("x", large, record -> {})
                      .build())
          .withMessageStartingWith("memoryBytes must be more than 503");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().transformThreads(0))
          .withMessage("transformThreads must be 1 to 1024, was 0");
    }
  }

  @Test
  void aTransformMustNotCloseItsLoader() {
    TestColumn column = column(10, 100);
    Loader[] loaders = new Loader[1];
    Transform closing =
        Transform.ofRecords("closing", List.of("x"), List.of(), record -> loaders[0].close());
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().transform(closing).build()) {
      loaders[0] = loader;
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> loader.epoch(0).iterator().next())
          .withRootCauseInstanceOf(IllegalStateException.class)
          .withMessageContaining("must not be closed by its own transform");
    }
    assertThatIllegalStateException().isThrownBy(() -> loaders[0].epoch(0));
  }
}

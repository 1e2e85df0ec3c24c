package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Dataset;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values and offsets as two files, which are there when both are complete. */
class VariableNpyWriterTest {
  @TempDir Path directory;
  private Path values;
  private Path offsets;

  @BeforeEach
  void name() {
    values = directory.resolve("v.npy");
    offsets = directory.resolve("v-offsets.npy");
  }

  private VariableNpyWriter open() {
    return VariableNpyWriter.open(NpyWriter.builder(values, ElementType.INT32), offsets);
  }

  private static MemorySegment ints(int... numbers) {
    return MemorySegment.ofArray(numbers);
  }

  @Test
  void recordsComeAloneOrAsBatchesHaveThem() {
    try (VariableNpyWriter writer = open()) {
      writer.append(ints(1, 2, 3));
      writer.append(ints());
      writer.append(ints(4, 5, 6), MemorySegment.ofArray(new long[] {0, 1, 1, 3}));
      writer.append(ints(), MemorySegment.ofArray(new long[] {0}));
      for (int i = 0; i < 3000; i++) {
        writer.append(ints(i));
      }
      writer.extend(ints(7, 8));
      writer.extend(ints());
      assertThat(writer.recordCount()).isEqualTo(3005);
      assertThat(writer.bytes()).isEqualTo(4 * 3008);
      assertThat(values).doesNotExist();
      writer.commit();
    }
    try (Dataset dataset = Dataset.builder().variable("v", values, offsets).open()) {
      assertThat(dataset.recordCount()).isEqualTo(3005);
      int[][] first = {{1, 2, 3}, {}, {4}, {}, {5, 6}, {0}, {1}};
      for (int i = 0; i < first.length; i++) {
        assertThat(dataset.record("v", i).toArray(ValueLayout.JAVA_INT)).isEqualTo(first[i]);
        assertThat(dataset.recordSizes("v").applyAsLong(i)).isEqualTo(4L * first[i].length);
      }
      assertThat(dataset.record("v", 3004).toArray(ValueLayout.JAVA_INT))
          .containsExactly(2999, 7, 8);
    }
  }

  @Test
  void withoutRecordsThereIsOneOffset() {
    try (VariableNpyWriter writer = open()) {
      writer.commit();
    }
    try (Dataset dataset = Dataset.open(offsets)) {
      assertThat(dataset.record("v-offsets", 0).get(ValueLayout.JAVA_LONG, 0)).isZero();
      assertThat(dataset.recordCount()).isEqualTo(1);
    }
  }

  @Test
  void withoutACommitThereAreNoFiles() throws IOException {
    try (VariableNpyWriter writer = open()) {
      writer.append(ints(1, 2, 3));
      writer.finish();
    }
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void anExistingFileOfEitherNameIsKept() throws IOException {
    for (Path taken : new Path[] {values, offsets}) {
      Files.writeString(taken, "mine");
      assertThatThrownBy(this::open)
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(taken.getFileName().toString());
      assertThat(taken).hasContent("mine");
      Files.delete(taken);
    }
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                VariableNpyWriter.open(
                    NpyWriter.builder(values, ElementType.INT32).recordCount(3), offsets));
    try (VariableNpyWriter writer = open()) {
      assertThatThrownBy(() -> writer.extend(ints(1))).isInstanceOf(IllegalStateException.class);
      for (long[] starts : new long[][] {{1, 3}, {0, 2}, {0, 4}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> writer.append(ints(1, 2, 3), MemorySegment.ofArray(starts)))
            .withMessageContaining("starts must be from 0 to the number of values, 3");
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.append(MemorySegment.ofArray(new byte[3])));
    }
  }
}

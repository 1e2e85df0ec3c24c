package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * MDS folders that a script wrote after the description of the format, as a second reader, of NumPy
 * arrays, finds them: each byte of each column, in order and shuffled.
 */
class WrittenMdsTest {
  @TempDir private static Path dir;

  @BeforeAll
  static void write() throws IOException, InterruptedException {
    WrittenColumns.python(dir, "write_mds.py", dir);
    for (String name : List.of("all", "even", "million")) {
      WrittenColumns.python(dir, "read_mds.py", dir.resolve(name), dir.resolve(name + ".expected"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FULL"})
  void everyEncodingIsReadAsItWasWritten(Shuffle shuffle) throws IOException {
    assertThat(check("all", shuffle)).isEqualTo(28);
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FULL"})
  void samplesOfOneSizeAreReadAsTheyWereWritten(Shuffle shuffle) throws IOException {
    assertThat(check("even", shuffle)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FULL"})
  void aMillionSamplesAreReadAsTheyWereWritten(Shuffle shuffle) throws IOException {
    assertThat(check("million", shuffle)).isEqualTo(2);
  }

  private static int check(String name, Shuffle shuffle) throws IOException {
    return WrittenColumns.check(
        dir.resolve(name + ".expected"),
        column -> Source.of(dir.resolve(name)).part(column),
        shuffle);
  }

  @Test
  void numbersHaveTheirTypes() {
    Path folder = dir.resolve("all");
    try (Dataset dataset =
        Dataset.open(
            Source.of(folder).part("c_int"),
            Source.of(folder).part("c_float16"),
            Source.of(folder).part("array"),
            Source.of(folder).part("v_jpeg"))) {
      assertThat(dataset.columns())
          .extracting(column -> column.elementType().descr())
          .containsExactly("<i8", "<f2", "<i2", "|u1");
      assertThat(dataset.column("array").shape().toList()).containsExactly(3L, 4L);
      assertThat(dataset.column("c_int").shape().toList()).isEmpty();
    }
  }
}

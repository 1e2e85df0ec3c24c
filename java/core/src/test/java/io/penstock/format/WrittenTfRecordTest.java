package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.options.Shuffle;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * TFRecord files that a script wrote after the description of the format, as a second reader, which
 * is no part of this project's code either, finds them: each byte, in order and shuffled.
 */
class WrittenTfRecordTest {
  @TempDir private static Path dir;

  @BeforeAll
  static void write() throws IOException, InterruptedException {
    WrittenColumns.python(dir, "write_tfrecord.py", dir);
    read("examples", "examples");
    read("any", "records");
    read("million", "records");
  }

  private static void read(String name, String what) throws IOException, InterruptedException {
    Path file = dir.resolve(name + ".tfrecord");
    WrittenColumns.python(dir, "read_tfrecord.py", file, dir.resolve(name + ".expected"), what);
  }

  private static int check(String name, Shuffle shuffle) throws IOException {
    Source file = Source.of(dir.resolve(name + ".tfrecord"));
    return WrittenColumns.check(
        dir.resolve(name + ".expected"),
        column -> column.equals("records") ? file : file.part(column),
        shuffle);
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FULL"})
  void featuresAreReadAsTheyWereWritten(Shuffle shuffle) throws IOException {
    assertThat(check("examples", shuffle)).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FULL"})
  void recordsOfAnyBytesAreReadAsTheyWereWritten(Shuffle shuffle) throws IOException {
    assertThat(check("any", shuffle)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FULL"})
  void aMillionRecordsAreReadAsTheyWereWritten(Shuffle shuffle) throws IOException {
    assertThat(check("million", shuffle)).isEqualTo(1);
  }
}

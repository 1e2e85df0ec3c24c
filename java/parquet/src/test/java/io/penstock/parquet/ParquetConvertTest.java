package io.penstock.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.Loader;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import io.penstock.parquet.ParquetFiles.Form;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records that were converted are those that parquet-hadoop wrote. */
class ParquetConvertTest {
  private static final int ROWS = 20_003;
  private static final List<String> FIXED =
      List.of(
          "i8",
          "u16",
          "i32",
          "i64",
          "at",
          "old",
          "f32",
          "f64",
          "flag",
          "f16",
          "digest",
          "present",
          "score.values",
          "score.valid",
          "caption.valid");
  private static final List<String> VARIABLE =
      List.of("text", "blob", "caption.values", "tokens", "wave", "image.bytes", "image.path");
  private static final Form PLAIN =
      new Form(CompressionCodecName.UNCOMPRESSED, WriterVersion.PARQUET_1_0, false);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "UNCOMPRESSED, PARQUET_1_0, true",
    "SNAPPY, PARQUET_1_0, true",
    "SNAPPY, PARQUET_2_0, false",
    "GZIP, PARQUET_2_0, true",
    "ZSTD, PARQUET_1_0, false",
    "LZ4_RAW, PARQUET_2_0, true"
  })
  void everyRecordHasTheBytesThatWereWritten(
      CompressionCodecName codec, WriterVersion version, boolean hasDictionary) throws IOException {
    Path file = directory.resolve("x.parquet");
    ParquetFiles.write(file, new Form(codec, version, hasDictionary), ROWS);
    Path made = directory.resolve("made");
    assertThat(CommandRun.of("convert", file, made)).isEqualTo(new CommandRun(0, ""));
    try (Stream<Path> files = Files.list(made)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(
                      Stream.concat(FIXED.stream(), VARIABLE.stream()),
                      VARIABLE.stream().map(name -> name + "-offsets"))
                  .map(name -> name + ".npy")
                  .toList());
    }
    check(made, ROWS, Shuffle.NONE);
    check(made, ROWS, Shuffle.FULL);
  }

  private static void check(Path made, int rows, Shuffle shuffle) {
    DatasetBuilder builder = Dataset.builder();
    FIXED.forEach(name -> builder.column(name, made.resolve(name + ".npy")));
    VARIABLE.forEach(
        name ->
            builder.variable(
                name,
                Source.of(made.resolve(name + ".npy")),
                Source.of(made.resolve(name + "-offsets.npy"))));
    BitSet seen = new BitSet(rows);
    try (Dataset dataset = builder.open();
        Loader loader = dataset.loader().shuffle(shuffle).seed(3).batchSize(500).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          int row = (int) batch.index(i);
          seen.set(row);
          assertThat(isSame(batch, i, row)).as("row %d", row).isTrue();
        }
      }
    }
    assertThat(seen.cardinality()).isEqualTo(rows);
  }

  private static boolean isSame(Batch batch, int i, int row) {
    boolean isNull = ParquetFiles.isNull(row);
    boolean isSame =
        batch.column("i8").get(ValueLayout.JAVA_BYTE, i) == (byte) row
            && batch.column("u16").getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) == (short) row
            && intAt(batch, "i32", i) == -row
            && longAt(batch, "i64", i) == row * 1_000_000_007L
            && longAt(batch, "at", i) == row * 1_000L
            && longAt(batch, "old", i) == row / 100 * 86_400_000_000_000L + row
            && batch.column("f32").getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) == row / 4f
            && batch.column("f64").getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i) == row / 3.0
            && batch.column("flag").get(ValueLayout.JAVA_BYTE, i) == (row % 3 == 0 ? 1 : 0)
            && batch.column("f16").getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i)
                == Float.floatToFloat16(row % 100)
            && isSame(batch.record("digest", i), ParquetFiles.digest(row))
            && longAt(batch, "present", i) == row
            && intAt(batch, "score.values", i) == (isNull ? 0 : row)
            && batch.column("score.valid").get(ValueLayout.JAVA_BYTE, i) == (isNull ? 0 : 1)
            && batch.column("caption.valid").get(ValueLayout.JAVA_BYTE, i) == (isNull ? 0 : 1)
            && isSame(batch.record("text", i), ParquetFiles.text(row))
            && isSame(batch.record("blob", i), ParquetFiles.text(row + 1L))
            && isSame(
                batch.record("caption.values", i), isNull ? new byte[0] : ParquetFiles.text(row))
            && isSame(batch.record("image.bytes", i), ParquetFiles.text(row))
            && isSame(
                batch.record("image.path", i), (row + ".jpg").getBytes(StandardCharsets.UTF_8));
    MemorySegment tokens = batch.record("tokens", i);
    isSame &= tokens.byteSize() == row % 4 * 4L;
    for (int k = 0; k < row % 4; k++) {
      isSame &= tokens.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, k) == row + k;
    }
    MemorySegment wave = batch.record("wave", i);
    isSame &= wave.byteSize() == row % 3 * 4L;
    for (int k = 0; k < row % 3; k++) {
      isSame &= wave.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, k) == row + k / 2f;
    }
    return isSame;
  }

  private static int intAt(Batch batch, String column, int i) {
    return batch.column(column).getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
  }

  private static long longAt(Batch batch, String column, int i) {
    return batch.column(column).getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
  }

  private static boolean isSame(MemorySegment record, byte[] expected) {
    return record.mismatch(MemorySegment.ofArray(expected)) < 0;
  }

  @Test
  void columnsOfSeveralFilesAreLaidEndToEnd() throws IOException {
    ParquetFiles.write(directory.resolve("x-1.parquet"), PLAIN, 100);
    ParquetFiles.write(directory.resolve("x-2.parquet"), PLAIN, 50);
    Path made = directory.resolve("text.npy");
    assertThat(CommandRun.of("convert", directory.resolve("x-*.parquet") + "#text", made).err())
        .isEmpty();
    Path numbers = directory.resolve("i64.npy");
    assertThat(CommandRun.of("convert", directory.resolve("x-*.parquet") + "#i64", numbers).err())
        .isEmpty();
    try (Dataset dataset =
            Dataset.builder()
                .variable("text", Source.of(made), Source.of(directory.resolve("text-offsets.npy")))
                .column("i64", numbers)
                .open();
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).batchSize(150).build()) {
      Batch batch = loader.epoch(0).iterator().next();
      for (int i = 0; i < 150; i++) {
        assertThat(batch.record("text", i).toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(ParquetFiles.text(i % 100));
        assertThat(longAt(batch, "i64", i)).isEqualTo(i % 100 * 1_000_000_007L);
      }
    }
  }

  @Test
  void nullsThatTheFileCountsAreRefusedUnderThePlainName() throws IOException {
    Path file = directory.resolve("x.parquet");
    ParquetFiles.write(file, PLAIN, 100);
    CommandRun run = CommandRun.of("convert", file + "#score", directory.resolve("score.npy"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("'score': expected a column without nulls, found 9")
        .contains("convert 'score.values', which has zeros or nothing there, and the mask");
    assertThat(directory.resolve("score.npy")).doesNotExist();
  }

  @Test
  void nullsInListsAreErrorsThatNameTheRecord() throws IOException {
    Path file = lists();
    Path made = directory.resolve("made.npy");
    assertThat(CommandRun.of("convert", file + "#a", made).err())
        .contains("'a': expected a column without nulls, found one in record 2");
    assertThat(CommandRun.of("convert", file + "#b", made).err())
        .contains("expected lists of numbers without nulls, found one in the list of record 1");
    assertThat(directory).isDirectoryContaining("glob:**lists.parquet");
    assertThat(made).doesNotExist();
    assertThat(CommandRun.of("convert", file + "#a.values", made).err()).isEmpty();
    assertThat(CommandRun.of("convert", file + "#a.valid", directory.resolve("v.npy")).err())
        .isEmpty();
    try (Dataset dataset = Dataset.open(directory.resolve("v.npy"));
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).batchSize(3).build()) {
      Batch batch = loader.epoch(0).iterator().next();
      assertThat(batch.column("v").toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 1, 0);
    }
  }

  /** Lists with a null list, a null number, and types that are refused. */
  private Path lists() throws IOException {
    Path file = directory.resolve("lists.parquet");
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message m {
              optional group a (LIST) { repeated group list { required int32 element; } }
              required group b (LIST) { repeated group list { optional int32 element; } }
              required group words (LIST) { repeated group list { required binary element; } }
              required group map (MAP) { repeated group key_value {
                required int32 key; required int32 value; } }
              repeated group points { required float x; }
            }
            """);
    try (ParquetWriter<Group> writer = ParquetFiles.writer(file, schema, PLAIN)) {
      for (int row = 0; row < 3; row++) {
        Group group = new SimpleGroup(schema);
        if (row != 2) {
          group.addGroup("a").addGroup("list").add("element", row);
        }
        Group element = group.addGroup("b").addGroup("list");
        if (row != 1) {
          element.add("element", row);
        }
        group.addGroup("words");
        group.addGroup("map");
        writer.write(group);
      }
    }
    return file;
  }

  @Test
  void nestedColumnsAreRefusedByName() throws IOException {
    Path file = lists();
    Path made = directory.resolve("made");
    assertThat(CommandRun.of("convert", file + "#words", made).err())
        .contains("'words': ")
        .contains("found a list of strings, byte arrays or lists");
    assertThat(CommandRun.of("convert", file + "#map", made).err()).contains("'map': ", "a map");
    assertThat(CommandRun.of("convert", file + "#points", made).err())
        .contains("'points': ", "a list of structs");
    assertThat(CommandRun.of("convert", file, made).err())
        .contains("'words': ", "convert the other columns one by one");
    assertThat(made).doesNotExist();
  }

  @Test
  void readingInPlaceNamesTheCommandThatConverts() throws IOException {
    Path file = directory.resolve("x.parquet");
    ParquetFiles.write(file, PLAIN, 10);
    assertThatThrownBy(() -> Dataset.open(Source.of(file).part("i64")).close())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("'penstock convert x.parquet#i64 DST.npy'");
  }

  @Test
  void optionsForArraysAreRefusedWhereColumnsAreWritten() throws IOException {
    Path file = directory.resolve("x.parquet");
    ParquetFiles.write(file, PLAIN, 10);
    CommandRun run = CommandRun.of("convert", file + "#text", "t.npy", "--dtype", "int8");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--dtype and --lossy must be left out");
  }
}

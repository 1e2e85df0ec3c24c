package io.penstock.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.format.Source;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that DuckDB wrote, which has a writer of its own: other encodings, and fewer statistics.
 */
class DuckDbParquetTest {
  private static final int ROWS = 50_000;

  @TempDir Path directory;

  private static void write(Path file, String compression) throws SQLException {
    boolean isThere = DuckDbParquetTest.class.getResource("/org/duckdb/DuckDBDriver.class") != null;
    assumeTrue(isThere, "DuckDB is not on the class path: run with -Pduckdb");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          COPY (SELECT i::BIGINT * 3 AS i64, (i %% 100)::UTINYINT AS u8, i::FLOAT / 4 AS f32,
              'text ' || i AS text, CASE WHEN i %% 9 = 2 THEN NULL ELSE i::INTEGER END AS score,
              [i, i + 1]::INTEGER[] AS tokens, {'x': i::DOUBLE} AS point
            FROM range(%d) t(i))
          TO '%s' (FORMAT parquet, COMPRESSION %s, ROW_GROUP_SIZE 10000)
          """
              .formatted(ROWS, file, compression));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "snappy", "gzip", "lz4_raw", "uncompressed"})
  void everyRecordHasTheValuesThatWereWritten(String compression) throws SQLException {
    Path file = directory.resolve("x.parquet");
    write(file, compression);
    Path made = directory.resolve("made");
    assertThat(CommandRun.of("convert", file, made)).isEqualTo(new CommandRun(0, ""));
    try (Dataset dataset =
            Dataset.builder()
                .column("i64", made.resolve("i64.npy"))
                .column("u8", made.resolve("u8.npy"))
                .column("f32", made.resolve("f32.npy"))
                .column("score", made.resolve("score.values.npy"))
                .column("valid", made.resolve("score.valid.npy"))
                .column("x", made.resolve("point.x.npy"))
                .variable("text", source(made, "text"), source(made, "text-offsets"))
                .variable("tokens", source(made, "tokens"), source(made, "tokens-offsets"))
                .open();
        Loader loader = dataset.loader().seed(2).batchSize(1000).build()) {
      assertThat(dataset.recordCount()).isEqualTo(ROWS);
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          assertThat(isSame(batch, i, (int) batch.index(i))).as("row %d", batch.index(i)).isTrue();
        }
      }
    }
  }

  private static Source source(Path made, String name) {
    return Source.of(made.resolve(name + ".npy"));
  }

  private static boolean isSame(Batch batch, int i, int row) {
    boolean isNull = row % 9 == 2;
    byte[] text = ("text " + row).getBytes(StandardCharsets.UTF_8);
    MemorySegment tokens = batch.record("tokens", i);
    return batch.column("i64").getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i) == 3L * row
        && batch.column("u8").get(ValueLayout.JAVA_BYTE, i) == (byte) (row % 100)
        && batch.column("f32").getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) == row / 4f
        && batch.column("score").getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i) == (isNull ? 0 : row)
        && batch.column("valid").get(ValueLayout.JAVA_BYTE, i) == (isNull ? 0 : 1)
        && batch.column("x").getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i) == row
        && batch.record("text", i).mismatch(MemorySegment.ofArray(text)) < 0
        && tokens.byteSize() == 2L * Integer.BYTES
        && tokens.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, 0) == row
        && tokens.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, 1) == row + 1;
  }
}

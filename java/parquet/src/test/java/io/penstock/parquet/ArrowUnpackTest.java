package io.penstock.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compressed Arrow files, unpacked by the command line, and read by Arrow's own reader. */
class ArrowUnpackTest {
  private static final int ROWS = 3000;

  @TempDir Path directory;

  private static List<ArrowFiles.Column> columns() {
    ArrowFiles.Column nulls =
        ArrowFiles.withNulls(
            ArrowFiles.of(
                "nulls",
                ArrowFiles.readable().getFirst().field().getType(),
                ArrowFiles.readable().getFirst().filler()),
            10);
    return Stream.of(
            ArrowFiles.readable().stream(), ArrowFiles.unreadable().stream(), Stream.of(nulls))
        .flatMap(columns -> columns)
        .toList();
  }

  private static ArrowFiles.Form form(boolean isStream, CodecType codec) {
    return new ArrowFiles.Form(isStream, 700, codec);
  }

  /** All values, as the text of each row. */
  private static List<String> rows(Path file, boolean isStream) throws IOException {
    List<String> rows = new ArrayList<>();
    try (BufferAllocator memory = new RootAllocator();
        InputStream in = isStream ? Files.newInputStream(file) : null;
        SeekableByteChannel channel = isStream ? null : Files.newByteChannel(file);
        ArrowReader reader =
            isStream ? new ArrowStreamReader(in, memory) : new ArrowFileReader(channel, memory)) {
      while (reader.loadNextBatch()) {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        for (int row = 0; row < root.getRowCount(); row++) {
          StringBuilder text = new StringBuilder();
          for (FieldVector vector : root.getFieldVectors()) {
            Object value = vector.getObject(row);
            text.append(value instanceof byte[] bytes ? Arrays.toString(bytes) : value).append('|');
          }
          rows.add(text.toString());
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"false, LZ4_FRAME", "false, ZSTD", "true, LZ4_FRAME", "true, ZSTD"})
  void unpackedFilesHaveTheValuesThatWereWritten(boolean isStream, CodecType codec)
      throws IOException {
    Path plain = directory.resolve("plain.arrow");
    Path packed = directory.resolve("packed.arrow");
    Path unpacked = directory.resolve("unpacked.arrow");
    ArrowFiles.write(plain, form(isStream, CodecType.NO_COMPRESSION), columns(), ROWS);
    ArrowFiles.write(packed, form(isStream, codec), columns(), ROWS);

    assertThat(CommandRun.of("convert", packed, unpacked)).isEqualTo(new CommandRun(0, ""));

    List<String> expected = rows(plain, isStream);
    assertThat(expected).hasSize(ROWS).doesNotHaveDuplicates();
    assertThat(rows(unpacked, isStream)).isEqualTo(expected);
    try (Dataset dataset =
        Dataset.builder()
            .column("i64", Source.of(unpacked).part("i64"))
            .column("text", Source.of(unpacked).part("text"))
            .column("city", Source.of(unpacked).part("city"))
            .open()) {
      assertThat(dataset.recordCount()).isEqualTo(ROWS);
    }
  }

  @Test
  void readingCompressedColumnsNamesTheCommandThatUnpacks() throws IOException {
    Path packed = directory.resolve("packed.arrow");
    ArrowFiles.write(packed, form(false, CodecType.ZSTD), columns(), 10);
    CommandRun run = CommandRun.of("read", packed + "#i64");
    assertThat(run.err()).contains("'penstock convert FILE NEW.arrow'");
  }

  @Test
  @Timeout(60)
  void damagedFilesLeaveNothingBehind() throws IOException {
    Path packed = directory.resolve("packed.arrow");
    Path unpacked = directory.resolve("unpacked.arrow");
    ArrowFiles.write(packed, form(true, CodecType.ZSTD), columns(), 100);
    byte[] whole = Files.readAllBytes(packed);
    for (int length = 16; length < whole.length - 8; length += 1 + length / 4) {
      Files.write(packed, Arrays.copyOf(whole, length));
      CommandRun run = CommandRun.of("convert", packed, unpacked);
      assertThat(run.code()).as("cut to %d", length).isIn(0, 1);
      if (run.code() == 1) {
        assertThat(run.err()).startsWith("penstock: ").contains("expected ");
        assertThat(unpacked).doesNotExist();
      }
      Files.deleteIfExists(unpacked);
    }
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      Files.write(packed, bytes);
      assertThat(CommandRun.of("convert", packed, unpacked).code()).isIn(0, 1);
      Files.deleteIfExists(unpacked);
    }
  }
}

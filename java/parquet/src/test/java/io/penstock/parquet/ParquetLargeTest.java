package io.penstock.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.format.Formats;
import io.penstock.parquet.ParquetFiles.Form;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.zip.CRC32C;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file of more than 4 GiB and a million records: row groups that parquet-hadoop wrote, repeated,
 * with holes between them, as where a writer aligns its row groups.
 */
class ParquetLargeTest {
  private static final int ROWS = 40_000;
  private static final int PARTS = 26;
  private static final long HOLE_BYTES = 200L << 20;
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message m { required int64 number; required binary text (STRING); }");
  private static final Form FORM =
      new Form(CompressionCodecName.SNAPPY, WriterVersion.PARQUET_1_0, true);

  @TempDir Path directory;

  /** A file with holes in it. */
  private static final class SparseFile extends PositionOutputStream implements OutputFile {
    private final Path path;
    private final RandomAccessFile file;

    SparseFile(Path path) throws IOException {
      this.path = path;
      this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    void addHole() throws IOException {
      file.seek(file.getFilePointer() + HOLE_BYTES);
    }

    @Override
    public long getPos() throws IOException {
      return file.getFilePointer();
    }

    @Override
    public void write(int one) throws IOException {
      file.write(one);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(bytes, offset, length);
    }

    @Override
    public PositionOutputStream create(long blockSize) {
      return this;
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      return this;
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }

    @Override
    public String getPath() {
      return path.toString();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static byte[] text(int part, int row) {
    return ParquetFiles.text((long) part * ROWS + row);
  }

  private Path part(int number) throws IOException {
    Path path = directory.resolve("part-" + number);
    try (ParquetWriter<Group> writer = ParquetFiles.writer(path, SCHEMA, FORM)) {
      for (int row = 0; row < ROWS; row++) {
        SimpleGroup group = new SimpleGroup(SCHEMA);
        group.add("number", (long) number * ROWS + row);
        group.add("text", Binary.fromConstantByteArray(text(number, row)));
        writer.write(group);
      }
    }
    return path;
  }

  @Test
  void recordsBeyond4GibibytesHaveTheBytesThatWereWritten() throws IOException {
    Path[] parts = {part(0), part(1)};
    Path file = directory.resolve("large.parquet");
    try (SparseFile out = new SparseFile(file)) {
      ParquetFileWriter writer =
          new ParquetFileWriter(
              out, SCHEMA, ParquetFileWriter.Mode.CREATE, 1 << 20, 0, 64, 64, false);
      writer.start();
      for (int i = 0; i < PARTS; i++) {
        writer.appendFile(new LocalInputFile(parts[i % 2]));
        out.addHole();
      }
      writer.end(Map.of());
    }
    assertThat(Files.size(file)).isGreaterThan(4L << 30);
    Path made = directory.resolve("made");
    assertThat(CommandRun.of("convert", file, made)).isEqualTo(new CommandRun(0, ""));
    try (Dataset dataset =
        Dataset.builder()
            .column("number", made.resolve("number.npy"))
            .variable("text", made.resolve("text.npy"), made.resolve("text-offsets.npy"))
            .open()) {
      assertThat(dataset.recordCount()).isEqualTo((long) PARTS * ROWS).isGreaterThan(1_000_000);
      LongUnaryOperator numbers = dataset.integers("number");
      for (int i = 0; i < PARTS; i++) {
        for (int row = 0; row < ROWS; row++) {
          long number = numbers.applyAsLong((long) i * ROWS + row);
          if (number != (long) (i % 2) * ROWS + row) {
            assertThat(number).isEqualTo((long) (i % 2) * ROWS + row);
          }
        }
        check(dataset, i, 0);
        check(dataset, i, ROWS - 1);
        check(dataset, i, ROWS / 3);
      }
      checkAll(made.resolve("text.npy"));
    }
  }

  private static void check(Dataset dataset, int part, int row) {
    MemorySegment record = dataset.record("text", (long) part * ROWS + row);
    assertThat(record.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(text(part % 2, row));
  }

  /** All texts, one after another. */
  private static void checkAll(Path values) throws IOException {
    CRC32C expected = new CRC32C();
    CRC32C found = new CRC32C();
    for (int i = 0; i < PARTS; i++) {
      for (int row = 0; row < ROWS; row++) {
        expected.update(text(i % 2, row));
      }
    }
    byte[] npy = Files.readAllBytes(values);
    int header = (int) Formats.open(values).dataOffset();
    found.update(npy, header, npy.length - header);
    assertThat(found.getValue()).isEqualTo(expected.getValue());
  }
}

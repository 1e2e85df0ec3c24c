package io.penstock.parquet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Files that parquet-hadoop writes: all kinds of columns, whose values follow from the row. */
final class ParquetFiles {
  static final String SCHEMA =
      """
      message m {
        required int32 i8 (INTEGER(8, true));
        required int32 u16 (INTEGER(16, false));
        required int32 i32;
        required int64 i64;
        required int64 at (TIMESTAMP(MICROS, true));
        required int96 old;
        required float f32;
        required double f64;
        required boolean flag;
        required fixed_len_byte_array(2) f16 (FLOAT16);
        required fixed_len_byte_array(3) digest;
        required binary text (STRING);
        required binary blob;
        optional int64 present;
        optional int32 score;
        optional binary caption (STRING);
        optional group tokens (LIST) { repeated group list { optional int32 element; } }
        repeated float wave;
        required group image { required binary bytes; optional binary path (STRING); }
      }
      """;

  /** How a file is written. */
  record Form(CompressionCodecName codec, WriterVersion version, boolean hasDictionary) {}

  private ParquetFiles() {}

  /** A text that is empty in each seventh row. */
  static byte[] text(long row) {
    return row % 7 == 0
        ? new byte[0]
        : ("row " + row + " of some").repeat((int) (row % 5 + 1)).getBytes(StandardCharsets.UTF_8);
  }

  static boolean isNull(long row) {
    return row % 11 == 3;
  }

  static byte[] digest(long row) {
    return new byte[] {(byte) row, 7, (byte) (row >> 8)};
  }

  /** Writes rows of all columns, in small pages and several row groups. */
  static void write(Path path, Form form, int rows) throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(SCHEMA);
    try (ParquetWriter<Group> writer = writer(path, schema, form)) {
      for (int row = 0; row < rows; row++) {
        writer.write(group(schema, row));
      }
    }
  }

  static ParquetWriter<Group> writer(Path path, MessageType schema, Form form) throws IOException {
    return ExampleParquetWriter.builder(new LocalOutputFile(path))
        .withConf(new PlainParquetConfiguration())
        .withType(schema)
        .withCompressionCodec(form.codec())
        .withWriterVersion(form.version())
        .withDictionaryEncoding(form.hasDictionary())
        .withPageSize(8 << 10)
        .withRowGroupSize(400L << 10)
        .build();
  }

  private static Group group(MessageType schema, int row) {
    Group group = new SimpleGroup(schema);
    group.add("i8", (int) (byte) row);
    group.add("u16", row & 0xffff);
    group.add("i32", -row);
    group.add("i64", row * 1_000_000_007L);
    group.add("at", row * 1_000L);
    group.add("old", new NanoTime(2_440_588 + row / 100, row));
    group.add("f32", row / 4f);
    group.add("f64", row / 3.0);
    group.add("flag", row % 3 == 0);
    short half = Float.floatToFloat16(row % 100);
    group.add("f16", bytes(new byte[] {(byte) half, (byte) (half >> 8)}));
    group.add("digest", bytes(digest(row)));
    group.add("text", bytes(text(row)));
    group.add("blob", bytes(text(row + 1L)));
    group.add("present", (long) row);
    if (!isNull(row)) {
      group.add("score", row);
      group.add("caption", bytes(text(row)));
    }
    Group tokens = group.addGroup("tokens");
    for (int i = 0; i < row % 4; i++) {
      tokens.addGroup("list").add("element", row + i);
    }
    for (int i = 0; i < row % 3; i++) {
      group.add("wave", row + i / 2f);
    }
    Group image = group.addGroup("image");
    image.add("bytes", bytes(text(row)));
    image.add("path", bytes((row + ".jpg").getBytes(StandardCharsets.UTF_8)));
    return group;
  }

  private static Binary bytes(byte[] bytes) {
    return Binary.fromConstantByteArray(bytes);
  }
}

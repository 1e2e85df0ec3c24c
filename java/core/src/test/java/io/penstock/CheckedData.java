package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.TestColumn.RecordKind;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Images, their labels and the checksums of both, in files of one directory. */
public final class CheckedData {
  static final int IMAGE_BYTES = 784;

  public final TestColumn images;
  public final TestArray labels;
  public final Path checksums;
  private final Path directory;

  private CheckedData(Path directory, int recordCount, RecordKind kind) throws IOException {
    this.directory = directory;
    images = TestColumn.write(directory, "images", recordCount, IMAGE_BYTES, 1, kind);
    labels = TestArray.random(directory.resolve("labels.npy"), recordCount, 1, 2);
    checksums = checksums("checksums.npy", "'images'", "'labels'");
  }

  public static CheckedData write(Path directory, int recordCount) throws IOException {
    return write(directory, recordCount, RecordKind.FIXED);
  }

  /** Images of one size, or of different sizes. */
  public static CheckedData write(Path directory, int recordCount, RecordKind kind)
      throws IOException {
    return new CheckedData(directory, recordCount, kind);
  }

  /** As the package of the checksums says, by plain Java. */
  Path checksums(String name, String... columns) throws IOException {
    int recordCount = (int) labels.recordCount();
    StringBuilder fields = new StringBuilder();
    for (String column : columns) {
      fields.append("(%s, '<u4'), ".formatted(column));
    }
    String header =
        "{'descr': [%s], 'fortran_order': False, 'shape': (%d,), }".formatted(fields, recordCount);
    ByteBuffer file =
        ByteBuffer.allocate(256 + recordCount * 4 * columns.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) 1).put((byte) 0).putShort((short) 246);
    file.put((header + " ".repeat(245 - header.length()) + "\n").getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < recordCount; i++) {
      for (int c = 0; c < columns.length; c++) {
        CRC32C crc = new CRC32C();
        crc.update(c == 0 ? images.record(i) : labels.record(i));
        file.putInt((int) crc.getValue());
      }
    }
    return Files.write(directory.resolve(name), file.array());
  }

  public static void flipBit(TestArray array, int index) {
    byte[] record = array.record(index);
    record[record.length - 1] ^= 4;
    array.put(index, record);
  }

  public Dataset open() {
    return images.addTo(Dataset.builder()).column("labels", labels.path()).open();
  }

  public void assertRecords(Batch batch) {
    for (int i = 0; i < batch.size(); i++) {
      long index = batch.index(i);
      assertThat(images.record(batch, i)).isEqualTo(images.record(index));
      assertThat(bytes(batch, 1, i, 1)).isEqualTo(labels.record(index));
    }
  }

  static byte[] bytes(Batch batch, int column, int i, int bytes) {
    return batch.column(column).asSlice((long) i * bytes, bytes).toArray(ValueLayout.JAVA_BYTE);
  }
}

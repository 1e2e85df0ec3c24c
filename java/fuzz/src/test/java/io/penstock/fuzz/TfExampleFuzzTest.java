package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Records with right checksums whose contents are anything: without these hardly any input would
 * come as far as the features.
 */
class TfExampleFuzzTest {
  /** Files of one name that are written within the same tick of the clock share an index. */
  private static final int NAMES = 512;

  private static int count;

  @FuzzTest(maxDuration = "20s")
  void everyRecordIsReadOrRefused(byte[] record) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] length = little(Long.BYTES).putLong(record.length).array();
    for (int i = 0; i < 2; i++) {
      file.writeBytes(length);
      file.writeBytes(masked(length));
      file.writeBytes(record);
      file.writeBytes(masked(record));
    }
    AnyFile.check(
        AnyFile.file("examples%d.tfrecord".formatted(count++ % NAMES)), file.toByteArray());
  }

  private static byte[] masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int sum = (int) crc.getValue();
    return little(Integer.BYTES).putInt((sum >>> 15 | sum << 17) + 0xa282ead8).array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

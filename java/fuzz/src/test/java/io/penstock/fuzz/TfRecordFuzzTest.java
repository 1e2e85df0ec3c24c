package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Files of records. */
class TfRecordFuzzTest {
  /** Files of one name that are written within the same tick of the clock share an index. */
  private static final int NAMES = 512;

  private static int count;

  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(AnyFile.file("records%d.tfrecord".formatted(count++ % NAMES)), file);
  }
}

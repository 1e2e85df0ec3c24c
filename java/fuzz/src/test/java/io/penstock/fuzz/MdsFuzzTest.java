package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Raw shards of MDS: headers, configurations and samples. */
class MdsFuzzTest {
  static {
    AnyFile.file("file.penstock-index"); // Deleted in the end, as the shard is.
  }

  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] shard) {
    AnyFile.check(shard);
  }
}

package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Raw shards of MDS: headers, configurations and samples. */
class MdsFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] shard) {
    AnyFile.check(shard);
  }
}

package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Files of tensors. */
class SafetensorsFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(file);
  }
}

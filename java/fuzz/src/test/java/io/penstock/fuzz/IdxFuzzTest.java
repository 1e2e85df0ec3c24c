package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Images and labels as MNIST has them. */
class IdxFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(file);
  }
}

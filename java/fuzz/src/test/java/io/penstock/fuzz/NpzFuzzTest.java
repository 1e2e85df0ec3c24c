package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Archives. */
class NpzFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(file);
  }
}

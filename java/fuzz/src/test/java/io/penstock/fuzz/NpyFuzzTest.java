package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Files that begin as .npy does, and go on in any way. */
class NpyFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(file);
  }
}

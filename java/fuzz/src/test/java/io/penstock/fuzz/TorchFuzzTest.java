package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Files of torch.save. */
class TorchFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(file);
  }
}

package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Pickles, and files of joblib. */
class PickleFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(file);
  }
}

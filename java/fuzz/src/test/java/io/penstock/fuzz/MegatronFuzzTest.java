package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;

/** Indices of token data, beside tokens that stay the same. */
class MegatronFuzzTest {
  private static final Path INDEX = AnyFile.file("tokens.idx");
  private static final int TOKEN_BYTES = 32;

  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] index) {
    AnyFile.write(AnyFile.file("tokens.bin"), new byte[TOKEN_BYTES]);
    AnyFile.check(INDEX, index);
  }
}

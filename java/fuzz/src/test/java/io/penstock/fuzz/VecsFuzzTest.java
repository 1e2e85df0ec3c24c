package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;

/** Vectors, whose files have certain names. */
class VecsFuzzTest {
  private static final Path EACH = AnyFile.file("file.fvecs");
  private static final Path BYTES = AnyFile.file("file.bvecs");
  private static final Path WITH_HEADER = AnyFile.file("file.fbin");

  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] file) {
    AnyFile.check(EACH, file);
    AnyFile.check(BYTES, file);
    AnyFile.check(WITH_HEADER, file);
  }
}

package io.penstock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What is written behind a file of raw elements: FILE#raw:TYPE:SHAPE:OFFSET. */
class RawFuzzTest {
  private static final Path FILE = AnyFile.file("elements");
  private static final int FILE_BYTES = 64;

  @FuzzTest(maxDuration = "20s")
  void everyPartIsReadOrRefused(byte[] part) {
    AnyFile.write(FILE, new byte[FILE_BYTES]);
    // A path is a name: it has no zeros, and a slash would make it another file's.
    String text = new String(part, StandardCharsets.ISO_8859_1).replace('\0', '0');
    AnyFile.checkPart(FILE, "raw:" + text.replace('/', ':'));
  }
}

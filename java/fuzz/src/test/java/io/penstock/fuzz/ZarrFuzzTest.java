package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Zarr: the description of an array, a line, and behind it the bytes of its first chunk. */
class ZarrFuzzTest {
  private static final Path FOLDER = folder();
  private static final Path DESCRIPTION = FOLDER.resolve(".zarray");
  private static final Path CHUNK = FOLDER.resolve("0");
  private static final int MAX_READ_BYTES = 1 << 16;

  private static Path folder() {
    try {
      Path folder = Files.createDirectories(AnyFile.file("array.zarr"));
      folder.resolve(".zarray").toFile().deleteOnExit();
      folder.resolve("0").toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @FuzzTest(maxDuration = "20s")
  void everyArrayIsReadOrRefused(byte[] contents) throws IOException {
    int end = new String(contents, StandardCharsets.ISO_8859_1).indexOf('\n');
    int at = end < 0 ? contents.length : end + 1;
    AnyFile.write(CHUNK, Arrays.copyOfRange(contents, at, contents.length));
    AnyFile.check(DESCRIPTION, Arrays.copyOf(contents, at));
    Optional<StreamedArray> array;
    try {
      array = Formats.streamed(Source.of(DESCRIPTION));
    } catch (PenstockException e) {
      return; // Checked above.
    }
    array.ifPresent(ZarrFuzzTest::read);
  }

  private static void read(StreamedArray array) {
    try (InputStream elements = array.source().open()) {
      long count = elements.readNBytes(MAX_READ_BYTES).length;
      assertThat(count).isEqualTo(Math.min(MAX_READ_BYTES, array.dataBytes()));
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotNull().doesNotContain("\n");
    }
  }
}

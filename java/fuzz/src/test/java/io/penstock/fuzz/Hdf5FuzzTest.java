package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** HDF5: its structure, and the chunks that it says there are. */
class Hdf5FuzzTest {
  private static final Path FILE = AnyFile.file("file.h5");
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  /** A few rows of chunks; sparse datasets may be as long as they like. */
  private static final int MAX_READ_BYTES = 1 << 18;

  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] contents) {
    System.arraycopy(SIGNATURE, 0, contents, 0, Math.min(contents.length, SIGNATURE.length));
    AnyFile.check(FILE, contents);
    List<Part> parts;
    try {
      parts = Formats.parts(FILE);
    } catch (PenstockException e) {
      return; // Checked above.
    }
    parts.stream().flatMap(part -> part.streamed().stream()).forEach(Hdf5FuzzTest::read);
  }

  private static void read(StreamedArray array) {
    try (InputStream elements = array.source().open()) {
      long count = elements.readNBytes(MAX_READ_BYTES).length;
      assertThat(count).isEqualTo(Math.min(MAX_READ_BYTES, array.dataBytes()));
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotNull().doesNotContain("\n");
      assertThat(e.getCause() instanceof IndexOutOfBoundsException).as(e.getMessage()).isFalse();
    }
  }
}

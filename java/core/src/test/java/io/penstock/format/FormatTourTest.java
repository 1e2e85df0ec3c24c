package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.sampler.Tour;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the package documentation compiles, runs, and does what it says. */
class FormatTourTest {
  @TempDir Path directory;

  @Test
  void exampleRuns() {
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary("'|u1'", "False", "(5, 28, 28)"));
    NpyFiles.write(directory, "images.npy", NpyFiles.join(header, new byte[5 * 784]));
    Path images = directory.resolve("images.npy");
    // tour
    ArrayLayout layout = Formats.open(images);
    String dtype = layout.elementType().descr(); // "|u1"
    long records = layout.recordCount(); // the size of the first axis
    long last = layout.dataOffset() + (records - 1) * layout.recordBytes();
    Column column = layout.column("images"); // to be a part of a dataset
    // end of tour
    assertThat(dtype).isEqualTo("|u1");
    assertThat(last + 784).isEqualTo(layout.fileBytes());
    assertThat(column.recordCount()).isEqualTo(5);
  }

  @Test
  void exampleIsTheDocumentedOne() throws IOException {
    assertThat(Tour.documented(Formats.class.getPackage()))
        .isEqualTo(Tour.compiled(FormatTourTest.class));
  }
}

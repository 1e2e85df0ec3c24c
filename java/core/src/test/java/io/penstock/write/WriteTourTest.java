package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.format.Formats;
import io.penstock.sampler.Tour;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the package documentation compiles, runs, and does what it says. */
class WriteTourTest {
  @TempDir Path directory;

  @Test
  void exampleRuns() {
    Path path = directory.resolve("x.npy");
    // tour
    ElementType type = ElementType.FLOAT32;
    try (NpyWriter writer = NpyWriter.builder(path, type, 2).open(); // records of shape (2,)
        Arena arena = Arena.ofConfined()) {
      MemorySegment records = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
      writer.append(records); // three records
      writer.commit(); // now there is a file of this name, of shape (3, 2)
    }
    // end of tour
    assertThat(Formats.open(path).shape()).isEqualTo(Shape.of(3, 2));
  }

  @Test
  void exampleIsTheDocumentedOne() throws IOException {
    assertThat(Tour.documented(NpyWriter.class.getPackage()))
        .isEqualTo(Tour.compiled(WriteTourTest.class));
  }
}

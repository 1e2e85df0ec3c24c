package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.WrittenArrays.Expected;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every array that Python and NumPy wrote is found where it lies, and equal to what was written.
 */
class WrittenArraysTest {
  @TempDir static Path directory;

  @Test
  void committedFilesAreReadAsTheyWereWritten() {
    List<Expected> arrays = WrittenArrays.committed();
    assertThat(arrays).hasSizeGreaterThan(20);
    assertEqual(arrays);
  }

  @Test
  void filesOfThisMachinesPythonAreReadAsTheyWereWritten()
      throws IOException, InterruptedException {
    assertEqual(WrittenArrays.fresh(directory));
  }

  private static void assertEqual(List<Expected> arrays) {
    for (Expected array : arrays) {
      if (array.isRefused()) {
        assertThatThrownBy(() -> Formats.open(array.source()))
            .as(array.toString())
            .isInstanceOf(PenstockException.class)
            .hasMessageContaining(array.reason());
        continue;
      }
      ArrayLayout layout = Formats.open(array.source());
      assertThat(layout.part()).as(array.toString()).isEqualTo(array.part());
      assertThat(layout.elementType().descr()).as(array.toString()).isEqualTo(array.descr());
      assertThat(layout.shape()).as(array.toString()).isEqualTo(Shape.of(array.sizes()));
      assertThat(Elements.digest(layout)).as(array.toString()).isEqualTo(array.digest());
    }
    assertListed(arrays);
  }

  /** What a file is said to hold is what was put into it, no more and no less. */
  private static void assertListed(List<Expected> arrays) {
    Map<Path, List<Expected>> files =
        arrays.stream().collect(Collectors.groupingBy(Expected::file));
    files.forEach(
        (file, expected) -> {
          if (expected.stream().allMatch(array -> array.isRefused() && array.part().isEmpty())) {
            return;
          }
          assertThat(Formats.parts(file))
              .extracting(Part::name)
              .as(file.toString())
              .containsExactlyInAnyOrderElementsOf(expected.stream().map(Expected::part).toList());
        });
  }
}

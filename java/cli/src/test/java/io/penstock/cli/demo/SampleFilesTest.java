package io.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's files: made, recognised, made again. */
final class SampleFilesTest {
  private static final ImageSet SET = GeneratedImages.make(100, 1);

  @TempDir Path directory;

  private SampleFiles make(long count) throws IOException {
    SampleFiles files = SampleFiles.in(directory, ImageSource.generated(), count);
    files.make(SET, written -> {});
    return files;
  }

  @Test
  void imagesAndLabelsAreRepeatedInStep() throws IOException {
    SampleFiles files = make(250);
    ArrayLayout images = Formats.open(files.images());
    ArrayLayout labels = Formats.open(files.labels());
    assertThat(images.shape()).isEqualTo(Shape.of(250, 28, 28));
    assertThat(labels.shape()).isEqualTo(Shape.of(250));
    byte[] pixels = Files.readAllBytes(files.images());
    byte[] classes = Files.readAllBytes(files.labels());
    assertThat(pixels).hasSize((int) images.dataOffset() + 250 * ImageSet.PIXELS);
    for (int i = 0; i < 250; i++) {
      int from = (int) images.dataOffset() + i * ImageSet.PIXELS;
      int original = i % 100;
      assertThat(Arrays.copyOfRange(pixels, from, from + ImageSet.PIXELS))
          .isEqualTo(
              Arrays.copyOfRange(
                  SET.images(), original * ImageSet.PIXELS, (original + 1) * ImageSet.PIXELS));
      assertThat(classes[(int) labels.dataOffset() + i]).isEqualTo(SET.labels()[original]);
    }
  }

  @Test
  void progressEndsAtAllBytes() throws IOException {
    List<Long> told = new ArrayList<>();
    SampleFiles.in(directory, ImageSource.generated(), 50).make(SET, told::add);
    assertThat(told).isSorted().last().isEqualTo(50L * (ImageSet.PIXELS + 1));
  }

  @Test
  void onlyWholeFilesAreComplete() throws IOException {
    SampleFiles files = SampleFiles.in(directory, ImageSource.generated(), 50);
    assertThat(files.areComplete()).isFalse();
    make(50);
    assertThat(files.areComplete()).isTrue();
    byte[] whole = Files.readAllBytes(files.images());
    Files.write(files.images(), Arrays.copyOf(whole, whole.length - 1));
    assertThat(files.areComplete()).isFalse();
    make(50);
    assertThat(files.areComplete()).isTrue();
    Files.delete(files.labels());
    assertThat(files.areComplete()).isFalse();
  }

  @Test
  void nothingButTheFilesIsLeftBehind() throws IOException {
    SampleFiles files = make(50);
    try (Stream<Path> left = Files.list(files.images().getParent())) {
      assertThat(left).containsExactlyInAnyOrder(files.images(), files.labels());
    }
  }

  @Test
  void moreThanTheDiskHoldsIsRefusedBeforeAnythingIsWritten() throws IOException {
    SampleFiles files = SampleFiles.in(directory, ImageSource.generated(), 1L << 50);
    assertThatThrownBy(() -> files.make(SET, written -> {}))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("free space")
        .hasMessageContaining("--dir");
    try (Stream<Path> left = Files.list(files.images().getParent())) {
      assertThat(left).isEmpty();
    }
  }
}

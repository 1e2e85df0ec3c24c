package io.penstock.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.Shape;
import io.penstock.cli.Python;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of every kind become the numbers that Pillow has, or those that they were made of. */
final class ImagesTest {
  /** Compares FOLDER/found/NAME, and NAME.gray, with the arrays. */
  private static final String COMPARE =
      """
      import os, sys, numpy as np
      for name in sorted(os.listdir(sys.argv[1] + '/in')):
          wanted = np.load(f'{sys.argv[1]}/expected/{name}.npy')
          weights = np.array([19595, 38470, 7471])
          luma = ((wanted.astype(np.int64) @ weights + 0x8000) >> 16).astype(wanted.dtype)
          for suffix, array in (('', wanted), ('.gray', luma)):
              with open(f'{sys.argv[1]}/found/{name}{suffix}', 'rb') as file:
                  found = file.read()
              print(name + suffix, 'same' if found == array.tobytes() else 'differs')
      """;

  @TempDir Path directory;
  private String python;

  @BeforeEach
  void make() throws IOException, InterruptedException {
    python = Python.withPillow();
    assumeTrue(python != null, "no python3 with numpy and PIL (Debian: python3-pil) here");
    try (InputStream script = ImagesTest.class.getResourceAsStream("images.py")) {
      Python.run(python, new String(script.readAllBytes(), StandardCharsets.UTF_8), directory);
    }
    Files.createDirectory(directory.resolve("found"));
  }

  private List<Path> images() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("in"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static byte[] decoded(Path image, boolean isGray, boolean isLossy) {
    FolderOptions options = new FolderOptions("*", false, null, isGray);
    ImageDecoder decoder = ImageDecoder.of(image, options, isLossy);
    int bytes = decoder.elementType().sizeBytes();
    for (long size : decoder.recordShape().toArray()) {
      bytes *= Math.toIntExact(size);
    }
    byte[] record = new byte[bytes];
    decoder.decode(image, MemorySegment.ofArray(record));
    return record;
  }

  @Test
  void imagesOfEveryKindAreWhatPillowHas() throws IOException, InterruptedException {
    List<Path> images = images();
    assertThat(images).hasSizeGreaterThan(120);
    for (Path image : images) {
      Path found = directory.resolve("found").resolve(image.getParent().getFileName());
      Files.write(found, decoded(image, false, false));
      Files.write(Path.of(found + ".gray"), decoded(image, true, false));
    }
    assertThat(Python.run(python, COMPARE, directory).lines())
        .hasSize(2 * images.size())
        .allMatch(line -> line.endsWith(" same"));
  }

  @Test
  void bitsAreLostOnlyWhereThatIsAllowed() throws IOException {
    Path deep = directory.resolve("in/png-2-16-0-13x9/x.png");
    Path shallow = directory.resolve("in/png-2-8-0-13x9/x.png");
    byte[] all = decoded(deep, false, false);
    byte[] upper = decoded(deep, false, true);
    assertThat(all).hasSize(2 * upper.length);
    for (int i = 0; i < upper.length; i++) {
      assertThat(upper[i]).isEqualTo(all[2 * i + 1]);
    }
    for (Path first : List.of(deep, shallow)) {
      Path other = first.equals(deep) ? shallow : deep;
      ImageDecoder strict = ImageDecoder.of(first, FolderOptions.NONE, false);
      MemorySegment record = MemorySegment.ofArray(new byte[all.length]);
      assertThatThrownBy(() -> strict.decode(other, record))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(other + ": expected samples of ")
          .hasMessageContaining("--lossy");
      ImageDecoder.of(first, FolderOptions.NONE, true).decode(other, record);
    }
  }

  @Test
  void anotherSizeIsRefusedAndTurningIsMentioned() {
    Path turned = directory.resolve("in/jpeg-exif-turned/x.jpg");
    SourceOptions.ImageSize other = new SourceOptions.ImageSize(83, 61);
    ImageDecoder decoder =
        ImageDecoder.of(turned, new FolderOptions("*", false, other, false), false);
    assertThat(decoder.recordShape()).isEqualTo(Shape.of(83, 61, 3));
    ImageDecoder wide =
        ImageDecoder.of(directory.resolve("in/gif/x.gif"), FolderOptions.NONE, false);
    assertThat(wide.recordShape()).isEqualTo(Shape.of(61, 83, 3));
    assertThatThrownBy(
            () ->
                ImageDecoder.of(
                        directory.resolve("in/png-2-8-0-13x9/x.png"), FolderOptions.NONE, false)
                    .decode(turned, MemorySegment.ofArray(new byte[400])))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected an image of 13x9")
        .hasMessageContaining("found 61x83: give all one size with --resize");
  }

  @Test
  void imagesThatWereCutShortAreRefused() throws IOException {
    for (Path image : images()) {
      String name = image.getParent().getFileName().toString();
      byte[] bytes = Files.readAllBytes(image);
      Path cut = directory.resolve("cut");
      if (name.equals("gif-two") || name.equals("jpeg-trailing")) {
        continue; // There is more behind the image, which does not matter.
      }
      int most = bytes.length;
      // Rows of a BMP are filled up; two bytes end the blocks of a GIF, and the file.
      int least = name.startsWith("bmp") ? 4 : name.startsWith("gif") ? 3 : 1;
      for (int length : new int[] {most / 2, most * 9 / 10, most * 99 / 100, most - least}) {
        Files.write(cut, Arrays.copyOf(bytes, Math.min(length, most - least)));
        Throwable thrown = catchThrowable(() -> ImageDecoder.of(cut, FolderOptions.NONE, false));
        assertThat(thrown)
            .as("%s %d", name, length)
            .isInstanceOf(PenstockException.class)
            .hasMessageStartingWith(cut + ": expected ")
            .hasMessageContaining("cut short");
      }
    }
  }
}

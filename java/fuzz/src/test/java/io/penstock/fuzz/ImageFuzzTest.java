package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.penstock.error.PenstockException;
import io.penstock.internal.images.ImagePreparer;
import io.penstock.internal.images.ImageRecipe;
import io.penstock.internal.images.ImageRequest;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.internal.images.PixelDecoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

/**
 * Image files that are anything. A file is refused, or it is a picture: the same one with another
 * decoder, and a part of it is that part of the whole. Jazzer does not see into the C libraries, so
 * it is the corpus that leads to their corners.
 */
class ImageFuzzTest {
  private static final int MOST_PIXELS = 1 << 16;
  private static final int MOST_BITS = 16;
  private static final int CHANNELS = 3;
  private static final long SCRATCH_BYTES = 16 << 20;

  /** Two for each number of bits. They are used again, as their memory is freed when Java likes. */
  private static final Map<ImageRequest, List<PixelDecoder>> DECODERS = new HashMap<>();

  private static ImagePreparer preparer;

  @BeforeEach
  void libraryIsThere() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  @FuzzTest(maxDuration = "20s")
  void everyImageIsReadOrRefused(byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
      MemorySegment.copy(MemorySegment.ofArray(bytes), 0, file, 0, bytes.length);
      for (int bits = Byte.SIZE; bits <= MOST_BITS; bits += Byte.SIZE) {
        check(
            arena, file, new ImageRequest(CHANNELS, bits, Byte.SIZE, true, 0x808080, MOST_PIXELS));
      }
    }
  }

  private static void check(Arena arena, MemorySegment file, ImageRequest request) {
    long pixelBytes = (long) CHANNELS * request.bits() / Byte.SIZE;
    MemorySegment whole = arena.allocate(MOST_PIXELS * pixelBytes);
    List<PixelDecoder> decoders = DECODERS.computeIfAbsent(request, ImageFuzzTest::two);
    PixelDecoder decoder = decoders.getFirst();
    try {
      decoder.decode(file, whole);
    } catch (PenstockException e) {
      assertThat(e).hasMessageContaining("image");
      return;
    }
    int width = decoder.width();
    int height = decoder.height();
    MemorySegment again = arena.allocate((long) width * height * pixelBytes);
    decoders.getLast().decode(file, again);
    assertThat(again.mismatch(whole.asSlice(0, again.byteSize()))).isEqualTo(-1);
    if (request.bits() == Byte.SIZE) {
      partIsThatOfTheWhole(arena, file, request, whole, width, height);
    }
  }

  private static List<PixelDecoder> two(ImageRequest request) {
    return List.of(
        new PixelDecoder(request, SCRATCH_BYTES), new PixelDecoder(request, SCRATCH_BYTES));
  }

  /** The lower right quarter. */
  private static void partIsThatOfTheWhole(
      Arena arena,
      MemorySegment file,
      ImageRequest request,
      MemorySegment whole,
      int width,
      int height) {
    int left = width / 2;
    int top = height / 2;
    int columns = width - left;
    int rows = height - top;
    if (preparer == null) {
      preparer = new ImagePreparer(request, new ImageRecipe(), SCRATCH_BYTES);
    }
    preparer.readHeader(file);
    assertThat(preparer.wholeWidth()).isEqualTo(width);
    assertThat(preparer.wholeHeight()).isEqualTo(height);
    preparer.take(left, top, columns, rows, Byte.SIZE);
    preparer.resize(columns, rows, 0, 0, columns, rows);
    preparer.change(false, 0, 1, 1, 1, 0);
    MemorySegment part = arena.allocate((long) columns * rows * CHANNELS);
    preparer.apply(file, part);
    long rowBytes = (long) columns * CHANNELS;
    for (int y = 0; y < rows; y++) {
      long at = ((long) (top + y) * width + left) * CHANNELS;
      assertThat(part.asSlice(y * rowBytes, rowBytes).mismatch(whole.asSlice(at, rowBytes)))
          .as("row %d", y)
          .isEqualTo(-1);
    }
  }
}

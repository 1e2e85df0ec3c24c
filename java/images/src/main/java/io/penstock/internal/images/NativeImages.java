package io.penstock.internal.images;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.images.generated.penstock_images_info;
import io.penstock.spi.DecodedImage;
import io.penstock.spi.ImageProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * JPEG and PNG files for {@code convert}, by the decoder that loaders use. Each thread has a
 * decoder of its own.
 */
public final class NativeImages implements ImageProvider {
  /** What convert takes at most; whoever converts a folder has looked at it. */
  private static final long MOST_PIXELS = 1L << 28;

  /** A progressive file of as many pixels. */
  private static final long SCRATCH_BYTES = 4L << 30;

  private static final int START_BYTES = 16;
  private static final int COLOURS = 3;
  private static final int DEEP = 16;
  private static final ImageRequest ALL =
      new ImageRequest(COLOURS, Byte.SIZE, Byte.SIZE, false, -1, MOST_PIXELS);

  private static final ThreadLocal<Decoders> DECODERS = ThreadLocal.withInitial(Decoders::new);

  /** Of one thread: one for each number of channels and bits. */
  private static final class Decoders {
    private final PixelDecoder gray = decoder(1, Byte.SIZE);
    private final PixelDecoder deepGray = decoder(1, DEEP);
    private final PixelDecoder colours = decoder(COLOURS, Byte.SIZE);
    private final PixelDecoder deepColours = decoder(COLOURS, DEEP);
    private final MemorySegment info = penstock_images_info.allocate(Arena.ofAuto());

    private static PixelDecoder decoder(int channels, int bits) {
      return new PixelDecoder(ALL.withChannels(channels).withBits(bits), SCRATCH_BYTES);
    }

    DecodedImage decode(MemorySegment file) {
      gray.readInfo(file, info);
      boolean isDeep = penstock_images_info.bits(info) == DEEP;
      boolean isGray = penstock_images_info.colours(info) == PenstockImages.PENSTOCK_IMAGES_GRAY();
      int bytes = isDeep ? Character.BYTES : 1;
      int channels = isGray ? 1 : COLOURS;
      int height = penstock_images_info.height(info);
      int width = penstock_images_info.width(info);
      if ((long) height * width > MOST_PIXELS) {
        throw new PenstockException(
            ErrorKind.RESOURCE_LIMIT,
            "image: expected at most %d pixels, found %d x %d: resize it"
                .formatted(MOST_PIXELS, width, height));
      }
      long count = (long) height * width * channels;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment pixels = arena.allocate(count * bytes, Long.BYTES);
        decoder(isGray, isDeep).decode(file, pixels);
        return DecodedImage.of(height, width, channels, bytes * Byte.SIZE, samples(pixels, isDeep));
      }
    }

    private PixelDecoder decoder(boolean isGray, boolean isDeep) {
      if (isGray) {
        return isDeep ? deepGray : gray;
      }
      return isDeep ? deepColours : colours;
    }

    private static char[] samples(MemorySegment pixels, boolean isDeep) {
      if (isDeep) {
        return pixels.toArray(ValueLayout.JAVA_CHAR);
      }
      char[] samples = new char[Math.toIntExact(pixels.byteSize())];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (char) (pixels.get(ValueLayout.JAVA_BYTE, i) & 0xff);
      }
      return samples;
    }
  }

  /** For the service loader. */
  public NativeImages() {}

  @Override
  public boolean isAvailable() {
    return ImagesLibrary.isInJar();
  }

  @Override
  public boolean recognizes(byte[] start) {
    try (Arena arena = Arena.ofConfined()) {
      ImagesLibrary.load();
      byte[] first = Arrays.copyOf(start, Math.min(start.length, START_BYTES));
      MemorySegment bytes = arena.allocate(Math.max(1, first.length));
      MemorySegment.copy(first, 0, bytes, ValueLayout.JAVA_BYTE, 0, first.length);
      int format = PenstockImages.penstock_images_format(bytes, first.length);
      return format == PenstockImages.PENSTOCK_IMAGES_FORMAT_JPEG()
          || format == PenstockImages.PENSTOCK_IMAGES_FORMAT_PNG();
    }
  }

  @Override
  public DecodedImage decode(byte[] file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, file.length)).asSlice(0, file.length);
      MemorySegment.copy(file, 0, bytes, ValueLayout.JAVA_BYTE, 0, file.length);
      return DECODERS.get().decode(bytes);
    }
  }
}

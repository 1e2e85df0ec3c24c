package io.penstock.cli.convert.image;

import io.penstock.error.PenstockException;
import io.penstock.spi.DecodedImage;
import io.penstock.spi.ImageProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Pixels by the native decoder of the jar penstock-images, where that is on the class path: the
 * same numbers as those of the decoders here, to the bit, and several times as fast.
 *
 * <p>It has no say in what is an error: what it does not decode is looked at again here, so that a
 * file is refused or taken, and in the same words, whether the jar is there or not.
 */
final class ProvidedImages {
  private static final List<ImageProvider> PROVIDERS =
      ServiceLoader.load(ImageProvider.class, ProvidedImages.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .filter(ImageProvider::isAvailable)
          .toList();

  private ProvidedImages() {}

  /** The pixels of a file; empty if nobody decodes it. */
  static Optional<Pixels> decode(byte[] file) {
    for (ImageProvider provider : PROVIDERS) {
      try {
        if (provider.recognizes(file)) {
          return Optional.of(pixels(provider.decode(file)));
        }
      } catch (PenstockException e) {
        return Optional.empty(); // What is wrong with it is said by the decoder here.
      }
    }
    return Optional.empty();
  }

  private static Pixels pixels(DecodedImage image) {
    boolean isDeep = image.bits() > Byte.SIZE;
    return new Pixels(image.height(), image.width(), image.channels(), isDeep, image.samples());
  }
}

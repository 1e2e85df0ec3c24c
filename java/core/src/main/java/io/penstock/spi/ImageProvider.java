package io.penstock.spi;

/**
 * Decodes images for programs that make arrays of them, as {@code penstock convert} does. Providers
 * are found with {@link java.util.ServiceLoader}, like those of formats. Implementations must be
 * thread-safe.
 */
public interface ImageProvider {
  /**
   * Whether it can work: a provider may need a native library that this machine has not.
   *
   * @return whether {@link #decode} can be called
   */
  boolean isAvailable();

  /**
   * Whether a file is of a kind that it decodes.
   *
   * @param start the first 16 bytes of the file, or all there are
   * @return whether to ask for {@link #decode}
   */
  boolean recognizes(byte[] start);

  /**
   * Decodes a file: as it is stored, whatever its EXIF orientation; without profiles of colour,
   * gamma and alpha; with all of its bits.
   *
   * @param file all of its bytes
   * @return the image
   * @throws io.penstock.error.PenstockException if it is not whole, or of a kind that is not
   *     decoded
   */
  DecodedImage decode(byte[] file);
}

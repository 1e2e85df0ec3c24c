package io.penstock.cli.convert.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * PNG images of every kind, with all their bits; gamma and profiles of colour do not matter, nor
 * does transparency. By the decoder of penstock-images where that is there.
 *
 * <p>What it owns: the chunks, each of which must have its checksum, up to the one that ends the
 * file. The JDK's decoder checks no sums, and applies some profiles but not others.
 */
public final class PngImage {
  static final String KIND = "PNG";

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int CHUNK_BYTES = 12;
  private static final int HEADER_BYTES = 13;

  private final ByteBuffer file;
  private final List<ByteBuffer> data = new ArrayList<>();
  private PngPixels.Header header;
  private byte[] palette = new byte[0];

  private PngImage(byte[] file) {
    this.file = ByteBuffer.wrap(file);
  }

  public static boolean is(byte[] file) {
    return file.length >= SIGNATURE.length
        && ByteBuffer.wrap(file, 0, SIGNATURE.length).equals(ByteBuffer.wrap(SIGNATURE));
  }

  public static Pixels decode(byte[] file) throws ImageException {
    Optional<Pixels> provided = ProvidedImages.decode(file);
    return provided.isPresent() ? provided.get() : decodeHere(file);
  }

  private static Pixels decodeHere(byte[] file) throws ImageException {
    PngImage image = new PngImage(file);
    int at = SIGNATURE.length;
    while (at >= 0) {
      at = image.chunk(at);
    }
    if (image.header == null || image.data.isEmpty()) {
      throw ImageException.damaged(KIND, "it has no image");
    }
    return new PngPixels(image.header, image.palette, image.data).decode();
  }

  /** Takes the chunk at this byte; where the next one is, -1 behind the last. */
  private int chunk(int at) throws ImageException {
    if (file.limit() - at < CHUNK_BYTES) {
      throw ImageException.cutShort(KIND, "the chunk that ends it (IEND)");
    }
    int bytes = file.getInt(at);
    if (bytes < 0) {
      throw ImageException.damaged(KIND, "a chunk of " + (bytes & 0xffffffffL) + " bytes");
    }
    byte[] letters = new byte[4];
    file.get(at + 4, letters);
    String type = new String(letters, StandardCharsets.ISO_8859_1);
    if (bytes > file.limit() - at - CHUNK_BYTES) {
      throw ImageException.cutShort(
          KIND, "the end of chunk %s at byte %d".formatted(printable(type), at));
    }
    CRC32 sum = new CRC32();
    sum.update(file.slice(at + 4, bytes + 4));
    if ((int) sum.getValue() != file.getInt(at + 8 + bytes)) {
      throw ImageException.damaged(
          KIND, "chunk %s at byte %d has another checksum".formatted(printable(type), at));
    }
    take(type, file.slice(at + 8, bytes));
    return type.equals("IEND") ? -1 : at + CHUNK_BYTES + bytes;
  }

  private static String printable(String type) {
    return type.replaceAll("[^A-Za-z]", "?");
  }

  private void take(String type, ByteBuffer bytes) throws ImageException {
    if ((header == null) != type.equals("IHDR")) {
      throw header == null
          ? refused("chunk %s before its header".formatted(printable(type)))
          : ImageException.damaged(KIND, "it has two headers");
    }
    switch (type) {
      case "IHDR" -> {
        if (bytes.remaining() != HEADER_BYTES) {
          throw ImageException.damaged(KIND, "a header of " + bytes.remaining() + " bytes");
        }
        header = PngPixels.Header.of(bytes);
      }
      case "PLTE" -> {
        palette = new byte[bytes.remaining()];
        bytes.get(palette);
      }
      case "IDAT" -> data.add(bytes);
      default -> {
        // A small first letter says that pixels can be decoded without it.
        if (Character.isUpperCase(type.charAt(0)) && !type.equals("IEND")) {
          throw refused("chunk " + printable(type) + ", which is not known");
        }
      }
    }
  }

  static ImageException refused(String found) {
    return new ImageException(
        "expected a PNG as in the standard, found %s: write it anew".formatted(found));
  }
}

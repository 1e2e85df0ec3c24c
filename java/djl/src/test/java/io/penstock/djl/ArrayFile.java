package io.penstock.djl;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes .npy files for tests, without any code of the library. */
final class ArrayFile {
  private static final int HEADER_BYTES = 128;

  private ArrayFile() {}

  /**
   * Writes an array.
   *
   * @param shape as in Python, "(5, 2)"
   * @param elements all bytes between position and limit
   */
  static Path write(Path path, String descr, String shape, ByteBuffer elements) {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(descr, shape);
    String magic = "\u0093NUMPY\1\0" + (char) (HEADER_BYTES - 10) + '\0';
    String padding = " ".repeat(HEADER_BYTES - magic.length() - header.length() - 1);
    byte[] bytes = new byte[elements.remaining()];
    elements.duplicate().get(bytes);
    try (OutputStream out = Files.newOutputStream(path)) {
      out.write((magic + header + padding + "\n").getBytes(StandardCharsets.ISO_8859_1));
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  /** Writes records of bytes; byte i of record r is r + i, as an unsigned number. */
  static Path bytes(Path path, int records, int recordBytes) {
    ByteBuffer elements = ByteBuffer.allocate(records * recordBytes);
    for (int r = 0; r < records; r++) {
      for (int i = 0; i < recordBytes; i++) {
        elements.put((byte) (r + i));
      }
    }
    return write(path, "|u1", "(%d, %d)".formatted(records, recordBytes), elements.flip());
  }

  /** Writes one int64 a record: its index. */
  static Path indices(Path path, int records) {
    ByteBuffer elements = ByteBuffer.allocate(records * Long.BYTES);
    for (long r = 0; r < records; r++) {
      elements.putLong(Long.reverseBytes(r));
    }
    return write(path, "<i8", "(%d,)".formatted(records), elements.flip());
  }
}

package io.penstock.cli.demo;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads the files that MNIST and its kin come in: gzip over a magic number (two zeros, 8 for bytes,
 * the number of axes), a 32-bit big-endian size per axis, and the bytes.
 */
final class IdxFile {
  private static final int UNSIGNED_BYTES = 0x0800;

  /** MNIST has 47 MB; a header cannot make us allocate much more than that. */
  private static final int MAX_BYTES = 256 << 20;

  private IdxFile() {}

  /**
   * Reads all bytes of a file.
   *
   * @param recordShape expected sizes of the axes but the first
   * @return the bytes; how many records they are follows from the shape
   * @throws PenstockException if it is something else
   */
  static byte[] read(Path path, int... recordShape) throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(path), 64 << 10)))) {
      int axes = recordShape.length + 1;
      int magic = in.readInt();
      if (magic != (UNSIGNED_BYTES | axes)) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            path,
            "expected an IDX file of bytes with %d axes (magic %#x), found magic %#x"
                .formatted(axes, UNSIGNED_BYTES | axes, magic));
      }
      long bytes = Integer.toUnsignedLong(in.readInt());
      for (int expected : recordShape) {
        int size = in.readInt();
        if (size != expected) {
          throw PenstockException.about(
              ErrorKind.WRONG_FORMAT,
              path,
              "expected records of shape %s, found a size of %d"
                  .formatted(Arrays.toString(recordShape), size));
        }
        bytes *= size;
      }
      if (bytes > MAX_BYTES) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            path,
            "expected at most %d bytes, found %d".formatted(MAX_BYTES, bytes));
      }
      byte[] data = new byte[(int) bytes];
      in.readFully(data);
      return data;
    } catch (EOFException | ZipException e) {
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT, path, "expected a whole gzip file: " + e.getMessage(), e);
    }
  }
}

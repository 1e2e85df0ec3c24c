package io.penstock.cli.convert;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small files; a failure names the file. */
final class FileBytes {
  private static final long MAX_BYTES = 1L << 30;

  private FileBytes() {}

  /** All bytes of a file. */
  static byte[] all(Path file) {
    try {
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw PenstockException.about(
            ErrorKind.RESOURCE_LIMIT,
            file,
            "expected a file of at most 1 GiB, found %d bytes".formatted(bytes));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** The first bytes of a file, or all if there are fewer. */
  static byte[] start(Path file, int count) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(count);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static PenstockException failure(Path file, IOException e) {
    return PenstockException.about(
        ErrorKinds.of(e),
        file,
        "expected a readable file, found: %s".formatted(SystemReason.of(e)),
        e);
  }
}
